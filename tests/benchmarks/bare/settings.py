"""A new Django project as `startproject` makes it, on the portal's database, sessions and people."""

from portal.settings import development
from portal.settings.development import *  # noqa: F403 (settings are what they are made of)

INSTALLED_APPS = [*development.INSTALLED_APPS, "tests.benchmarks.bare"]
ALLAUTH = "allauth.account.middleware.AccountMiddleware"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # allauth insists when it starts; bare/wsgi.py takes it out again.
    ALLAUTH,
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# The portal reads the same sessions by a statement of its own.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
ROOT_URLCONF = "tests.benchmarks.bare.urls"
