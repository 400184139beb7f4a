"""Gathers the models of the wing's features, so that the app has one migrations folder."""

from grids.bodies.models import *
from grids.cells.models import *
from grids.districts.models import *
from grids.gatherings.models import *
from grids.incidents.models import *
from grids.members.models import *
from grids.overview.models import *
from grids.pairing.models import *
from grids.patrols.models import *
from grids.roles.models import *
from grids.territory.models import *
from grids.visits.models import *
