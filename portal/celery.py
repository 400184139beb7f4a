"""The Celery application: worker and beat start from here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

app = Celery("wuwei")
app.config_from_object("django.conf:settings", namespace="CELERY")
# One folder per feature means one tasks.py per feature, so each is named here.
app.autodiscover_tasks(
    [
        "portal.accounts",
        "portal.outbox",
        "portal.deadlines",
        "portal.notifications",
        "portal.photos",
        "portal.site",
        "grids.territory",
        "wishes.wishes",
    ]
)
