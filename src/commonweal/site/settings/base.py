"""What every way of running has in common. City policy is data in tables, not here."""

from pathlib import Path

from commonweal.site import databases, env

HOME = env.read("HOME", env.folder, default=Path.cwd() / "var")
SOURCE = Path(__file__).resolve().parents[2]

DEBUG = False
SECRET_KEY = env.read("SECRET_KEY", str, default="")
ALLOWED_HOSTS = env.read("HOSTS", env.words, default=["127.0.0.1", "localhost", "[::1]"])
DATABASES = databases.settings_for(env.read("DATABASE_URL", str, default=""), HOME)
DATABASE_ROUTERS = ["commonweal.site.databases.PeopleRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "commonweal.kernel",
    "commonweal.ledger",
    "commonweal.content",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "commonweal.site.urls"
WSGI_APPLICATION = "commonweal.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
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
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "media"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
    }
}
