"""Settings of `script/test`: fast password hashing, mail kept in memory, everything else as people will meet it."""

import os

from portal.settings.addresses import broker_address, cache_address
from portal.settings.base import *

DEBUG = False
SECRET_KEY = "test-only-key"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNTS_SEED_CONSENTS = False
WISHES_SEED_CATEGORIES = False
INCIDENTS_SEED_CATEGORIES = False
GRIDS_SEED_POSTS = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
SMS_BACKEND = os.environ.get("SMS_BACKEND", "portal.accounts.sms.memory")
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
INSTALLED_APPS += ["django_linear_migrations", "django_migration_linter"]

# Parallel test processes share one Valkey: each has a broker and a cache database of its own.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
CELERY_BROKER_URL = broker_address(REDIS_URL, 10 + 2 * _worker)
CACHES["default"]["LOCATION"] = cache_address(REDIS_URL, 11 + 2 * _worker)

# The gate migrates once; each test process copies what came of it.
if "WUWEI_TEST_TEMPLATE" in os.environ:
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["WUWEI_TEST_TEMPLATE"]}

# Append-only tables are emptied between tests that commit; nowhere else does PostgreSQL allow it. On a few rows every
# order of joins is as good, and thinking about them takes most of the time of a query; tests of plans think as usual.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c wuwei.truncate=allowed -c join_collapse_limit=1"

# Every test client builds the middleware anew, and WhiteNoise would look through all static files each time.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
