"""A city for the frame of the pages, without any context behind it."""

from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.test import override_settings

CITY = {
    "name": "Harbour & Field",
    "phone": "+44 20 7946-0000",
    "hours": "Monday to Friday",
    "brand_colour": "#AA2211",
    "link_colour": "red; } body { display: none",
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": ["tests/web/templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "tests.web.conftest.supply",
            ]
        },
    }
]
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
STRICT = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
}


def supply(_request: HttpRequest) -> dict[str, object]:
    """Stand in for the context processor that knows the city."""
    return {
        "city": CITY,
        "nav": [{"label": "Map <b>", "url": "/map", "current": True}],
        "legal": [{"label": "Privacy", "url": "/privacy"}],
    }


@pytest.fixture
def frame() -> Iterator[None]:
    """Serve the test pages under the strictest content policy."""
    with override_settings(
        ROOT_URLCONF="tests.web.urls",
        TEMPLATES=TEMPLATES,
        MIDDLEWARE=MIDDLEWARE,
        CONTENT_SECURITY_POLICY={"DIRECTIVES": STRICT},
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    ):
        yield
