"""Gathers the models of the portal's features, so that the app has one migrations folder."""

from portal.accounts.models import *
from portal.api.models import *
from portal.deadlines.models import *
from portal.jobs.models import *
from portal.notifications.models import *
from portal.outbox.models import *
from portal.photos.models import *
from portal.webhooks.models import *
