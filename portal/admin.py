"""Gathers the admin pages of the portal's features."""

from portal.apps import FEATURES
from portal.features import import_parts

import_parts("portal", FEATURES, ["admin"])
