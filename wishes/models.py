"""Gathers the models of the wing's features, so that the app has one migrations folder."""

from wishes.desk.models import *
from wishes.neighbours.models import *
from wishes.open311.models import *
from wishes.opendata.models import *
from wishes.origins.models import *
from wishes.statistics.models import *
from wishes.wishes.models import *
