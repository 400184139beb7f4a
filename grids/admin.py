"""Gathers the admin pages of the wing's features."""

from grids.apps import FEATURES
from portal.features import import_parts

import_parts("grids", FEATURES, ["admin"])
