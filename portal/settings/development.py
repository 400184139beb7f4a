"""Settings of `script/server` and of a developer's shell: mail and text messages go to the console."""

from portal.settings.base import *

DEBUG = False
SECRET_KEY = "development-only-key-never-used-where-people-depend-on-it"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
