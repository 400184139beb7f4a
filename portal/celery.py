"""The Celery application: worker and beat start from here."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

app = Celery("wuwei")
app.config_from_object("django.conf:settings", namespace="CELERY")
# One folder per feature means one tasks.py per feature, so each is named here.
app.autodiscover_tasks(
    [
        "portal.accounts",
        "portal.api",
        "portal.outbox",
        "portal.deadlines",
        "portal.notifications",
        "portal.photos",
        "portal.jobs",
        "portal.webhooks",
        "portal.site",
        "grids.roles",
        "wishes.neighbours",
        "wishes.wishes",
        "wishes.opendata",
        "wishes.statistics",
    ]
)


@setup_logging.connect
def keep_the_portals_logging(**_: object) -> None:
    """Leave logging as the settings arranged it: Celery sets up its own only when nobody else does."""
