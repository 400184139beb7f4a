"""The portal's settings, with the yardstick's table known as well: for seeding, never for serving."""

from portal.settings import development
from portal.settings.development import *  # noqa: F403 (settings are what they are made of)

INSTALLED_APPS = [*development.INSTALLED_APPS, "tests.benchmarks.bare"]
