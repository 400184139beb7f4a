"""Gathers the admin pages of the wing's features."""

from portal.features import import_parts
from wishes.apps import FEATURES

import_parts("wishes", FEATURES, ["admin"])
