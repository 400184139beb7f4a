"""Settings for a portal people depend on. All that is secret or local comes from the environment; see deploy/README.md.

Starting is refused, with the reason, when something needed is missing or is a value everybody knows.
"""

import os
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from portal.settings.addresses import broker_address, cache_address
from portal.settings.base import *
from portal.settings.logs import logging_to

KNOWN_TO_EVERYBODY = {"change-me", "changeme", "password", "postgres", "wuwei", "secret", "admin", "123456"}


def required(name: str) -> str:
    """A variable without which the portal does not start."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. deploy/environment.example lists what production needs.")
    return value


def secret(name: str) -> str:
    """A required variable that nobody can guess."""
    value = required(name)
    if len(value) < 50 or len(set(value)) < 12 or "never-used-where-people-depend" in value:
        raise ImproperlyConfigured(
            f"{name} can be guessed. Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return value


def with_own_password(name: str) -> str:
    """A required address whose password, when it has one, is not one that everybody knows."""
    value = required(name)
    password = urlsplit(value).password
    if password is not None and unquote(password).lower() in KNOWN_TO_EVERYBODY:
        raise ImproperlyConfigured(f"{name} holds a default password. Choose one of your own.")
    return value


if os.environ.get("DEBUG", "").lower() not in ("", "0", "false", "no"):
    raise ImproperlyConfigured("DEBUG is set. It shows visitors the inside of the portal, so production has none.")
DEBUG = False
SECRET_KEY = secret("SECRET_KEY")
ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS").split(",") if host.strip()]
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS=* lets anybody choose the address in our messages. Name the hosts.")
REFUSE_DEMO_ACCOUNTS = os.environ.get("WUWEI_ALLOW_DEMO") != "1"

DATABASES = {
    "default": dj_database_url.parse(with_own_password("DATABASE_URL"), conn_max_age=60, conn_health_checks=True)
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
REDIS_URL = with_own_password("REDIS_URL")
CACHES["default"]["LOCATION"] = cache_address(REDIS_URL, 1)
CELERY_BROKER_URL = broker_address(REDIS_URL, 0)

# nginx ends TLS on the same machine; it overwrites the first header and continues the second, see deploy/nginx.
TRUSTED_PROXIES = 1
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = os.environ.get("HSTS_INCLUDE_SUBDOMAINS", "1") == "1"
SECURE_HSTS_PRELOAD = os.environ.get("HSTS_PRELOAD", "1") == "1"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
# The prefix makes browsers refuse one that a neighbouring subdomain tries to set.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"

# nginx sends photos from the disk when it is told where they are.
PHOTOS_ACCEL_PREFIX = os.environ.get("PHOTOS_ACCEL_PREFIX", "")

EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "0") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", f"noreply@{ALLOWED_HOSTS[0].lstrip('.')}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LOGGING = logging_to("json")
