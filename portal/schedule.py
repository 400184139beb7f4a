"""The Celery application of beat alone.

Beat names tasks and never carries one out, so it is started on the portal's settings with the schedule's own tables and
nothing else of the portal: it takes half of the memory.
"""

import os

import django
from celery import Celery
from celery.signals import setup_logging
from django.conf import Settings, settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

settings.configure(
    Settings(os.environ["DJANGO_SETTINGS_MODULE"]),
    INSTALLED_APPS=["django.contrib.contenttypes", "django_celery_beat"],
    ROOT_URLCONF=None,
)
django.setup()

app = Celery("wuwei")
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def keep_the_portals_logging(**_: object) -> None:
    """As in `portal.celery`."""
