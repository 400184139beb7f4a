"""Chainable reads of identity."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone

if TYPE_CHECKING:
    from portal.accounts.models import Consent, ConsentText  # noqa: F401


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    """Reads of what people are asked to agree to."""

    def in_force(self, at: dt.datetime | None = None) -> Self:
        """The newest version of each kind that has taken effect by `at` (now by default)."""
        at = at or timezone.now()
        newest = self.model._default_manager.filter(kind=OuterRef("kind"), effective_at__lte=at).order_by("-version")
        return self.filter(pk=Subquery(newest.values("pk")[:1]))


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Reads of what people agreed to."""

    def live(self) -> Self:
        """Given and not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)
