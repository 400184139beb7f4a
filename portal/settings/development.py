"""Settings of `script/server` and of a developer's shell: mail and text messages go to the console."""

import os
from importlib.util import find_spec
from pathlib import Path

from portal.embedded import Services

# manage.py finds the database and the queue that script/server runs, without being told where they are.
if "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ:
    _data = Path(os.environ.get("WUWEI_DATA_DIR", Path(__file__).resolve().parents[2] / ".data"))
    for _name, _value in Services(_data).environment().items():
        os.environ.setdefault(_name, _value)

from portal.settings.base import *
from portal.settings.logs import logging_to

# Error pages are the ones people will meet; DJANGO_DEBUG=1 shows Django's own.
DEBUG = os.environ.get("DJANGO_DEBUG") == "1"
SECRET_KEY = os.environ.get("WUWEI_SECRET_KEY", "development-only-key-never-used-where-people-depend-on-it")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
LOGGING = logging_to("words")
# Security keys on http://localhost, which browsers trust as they trust https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True

# Tools that keep migrations in one line and safe to apply; installed with tests/requirements.txt.
INSTALLED_APPS += [app for app in ("django_linear_migrations", "django_migration_linter") if find_spec(app)]
