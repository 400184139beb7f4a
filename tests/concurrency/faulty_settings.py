"""The settings of a portal in which something stops at the worst moment; see faults.py."""

from portal.settings import development
from portal.settings.development import *  # noqa: F403 (settings are what they are made of)

INSTALLED_APPS = [*development.INSTALLED_APPS, "tests.concurrency.faults.FaultsConfig"]
