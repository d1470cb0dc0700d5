"""What every way of running has in common. City policy is data in tables, not here."""

import sys
from pathlib import Path

from commonweal.edge.csp import DIRECTIVES
from commonweal.site import databases, env, logs, mail, photos

HOME = env.home()
SOURCE = Path(__file__).resolve().parents[2]

DEBUG = False
SECRET_KEY = ""  # see keys.py
ALLOWED_HOSTS = env.read(
    "HOSTS",
    env.words,
    default=["127.0.0.1", "localhost", "[::1]"],
    says="Further names under which the site is called; that of COMMONWEAL_ADDRESS is known.",
)
DATABASE_URL = env.read(
    "DATABASE_URL",
    databases.checked_url,
    default="",
    says="postgresql://user:password@host:5432/name; without it two SQLite files in HOME.",
)
DATABASES = databases.settings_for(DATABASE_URL, HOME)
DATABASE_ROUTERS = ["commonweal.site.databases.PeopleRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "commonweal.web",  # its templates come before those of others
    "commonweal.web.sign_in",
    "allauth",
    "allauth.account",
    "django_htmx",
    "commonweal.kernel",
    "commonweal.ledger",
    "commonweal.city",
    "commonweal.messages",
    "commonweal.content",
    "commonweal.identity",
    "commonweal.cases",
    "commonweal.partners",
    "commonweal.edge",
    "commonweal.api",
    "commonweal.simulation",
    "commonweal.site",
]
MIDDLEWARE = [
    "commonweal.site.health.Knocks",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "commonweal.edge.logs.RequestLog",
    "commonweal.edge.headers.Headers",
    "commonweal.edge.csp.ContentSecurityPolicy",
    "commonweal.edge.refusals.Refusals",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "commonweal.edge.origins.Origins",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "commonweal.edge.requests.Actors",
    "commonweal.web.frame.CityTime",
]
ROOT_URLCONF = "commonweal.site.urls"
WSGI_APPLICATION = "commonweal.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "commonweal.web.frame.frame",
            ]
        },
    }
]

USE_TZ = True
TIME_ZONE = "UTC"  # the city's own zone is data (city.queries.profile) and used for display
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hant", "繁體中文"), ("zh-hans", "简体中文"), ("en", "English")]

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": photos.storage(HOME),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
    }
}

LOGGING_CONFIG = None
logs.configure(
    as_json=env.read(
        "LOG_JSON",
        env.boolean,
        default=not sys.stderr.isatty(),
        says="Whether log lines are JSON; by default unless somebody watches at a terminal.",
    )
)

CONTENT_SECURITY_POLICY = {"DIRECTIVES": DIRECTIVES}
CSRF_FAILURE_VIEW = "commonweal.edge.refusals.csrf_failure"
PROXIES = env.read(
    "PROXIES",
    env.networks,
    default=[],
    says="Addresses of your own proxies, such as 127.0.0.1: only their X-Forwarded-For counts.",
)
OUTGOING_INSIDE = env.read(
    "OUTGOING_INSIDE",
    env.networks,
    default=[],
    says="Networks of your own, such as 10.1.2.0/24, that webhooks and neighbours may lead to; "
    "others inside are refused.",
)
LARGEST_BODY = (
    env.read(
        "UPLOAD_MB", env.positive, default=40, says="How large one request may be, in megabytes."
    )
    * 1024
    * 1024
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Where people find the site; links in mails begin with it.
ADDRESS = env.read(
    "ADDRESS",
    str,
    default="http://127.0.0.1:8000",
    says="Where people find the site, such as https://city.example; links in mails begin with it.",
).rstrip("/")
IS_LOCAL = True  # whether the address is this machine: a trial, see safety.py
IS_SECURE = False
DEMO = False  # accounts of the demo open nothing elsewhere
DEMO_PASSWORD = ""
GALLERY = False  # the pieces of the pages at /style/: for who builds them
TLS_CERT: Path | None = None
TLS_KEY: Path | None = None

_post = env.read(
    "MAIL_URL",
    mail.settings_for,
    default=mail.settings_for(f"file://{HOME / 'outbox'}"),
    says="How mail leaves: smtp://user:password@host:25?starttls=yes, smtps://user:password@host, "
    "file:///a/folder or console:. Without it mail is written to HOME/outbox.",
)
EMAIL_BACKEND = _post.backend
EMAIL_HOST, EMAIL_PORT = _post.host, _post.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _post.user, _post.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _post.ssl, _post.starttls
EMAIL_TIMEOUT = mail.TIMEOUT_S
EMAIL_FILE_PATH = _post.folder
MAIL_FROM = env.read(
    "MAIL_FROM", str, default="noreply@localhost.localdomain", says="The sender of the city's mail."
)
DEFAULT_FROM_EMAIL = MAIL_FROM

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 12 * 60 * 60

ACCOUNT_ADAPTER = "commonweal.web.sign_in.adapter.SignInAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]  # our form leaves the password out
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False  # the device may be shared: the browser's end is the session's
ACCOUNT_FORMS = {
    "login": "commonweal.web.sign_in.forms.SignIn",
    "request_login_code": "commonweal.web.sign_in.forms.AskForCode",
    "confirm_login_code": "commonweal.web.sign_in.forms.TypeCode",
    "confirm_email_verification_code": "commonweal.web.sign_in.forms.TypeSignUpCode",
    "signup": "commonweal.web.sign_in.forms.SignUp",
    "reset_password": "commonweal.web.sign_in.forms.ForgotPassword",
    "reset_password_from_key": "commonweal.web.sign_in.forms.NewPassword",
    "set_password": "commonweal.web.sign_in.forms.FirstPassword",
    "change_password": "commonweal.web.sign_in.forms.ChangePassword",
    "reauthenticate": "commonweal.web.sign_in.forms.PasswordAgain",
}
