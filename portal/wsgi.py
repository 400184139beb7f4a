"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
application = get_wsgi_application()

from portal.site.start import load_early, refuse_demo_accounts  # noqa: E402 (needs the settings that were just read)

refuse_demo_accounts()
load_early()
