"""The Celery application: worker and beat start from here."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import celeryd_after_setup, setup_logging
from django.urls import get_resolver

from portal.preloading import keep_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

app = Celery("wuwei")
app.config_from_object("django.conf:settings", namespace="CELERY")
# One folder per feature means one tasks.py per feature, wherever a wing has one.
_ROOT = Path(__file__).resolve().parent.parent
_FOUND = (
    path.parent.relative_to(_ROOT)
    for wing in ("portal", "grids", "wishes")
    for path in _ROOT.glob(f"{wing}/*/tasks.py")
)
app.autodiscover_tasks(sorted(".".join(folder.parts) for folder in _FOUND))


@setup_logging.connect
def keep_the_portals_logging(**_: object) -> None:
    """Leave logging as the settings arranged it: Celery sets up its own only when nobody else does."""


@celeryd_after_setup.connect
def share_what_is_loaded(**_: object) -> None:
    """Load what links need before the pool forks, and keep the collector off it: its processes then share that."""
    get_resolver().url_patterns  # noqa: B018 - read, so that it is loaded
    keep_what_is_loaded()
