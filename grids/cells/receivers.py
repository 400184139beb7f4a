"""What remains of a person in Party organisations when they leave, and their part in the copy of their data."""

from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.cells.models import LeadershipTerm
from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased


@receiver(user_erased, dispatch_uid="grids.cells.erase")
def erase(*, user: User, **_kwargs: Any) -> None:
    """They lead nothing any more."""
    today = timezone.localdate()
    theirs = LeadershipTerm.objects.filter(user=user, ends_on__gt=today)
    theirs.update(ends_on=Greatest(F("starts_on"), today))


def terms_of(user: User) -> list[dict[str, Any]]:
    """Where this person leads or led."""
    terms = LeadershipTerm.objects.filter(user=user).select_related("organisation").order_by("starts_on")
    return [
        {"organisation": one.organisation.name, "post": one.post, "starts_on": one.starts_on, "ends_on": one.ends_on}
        for one in terms
    ]


register_data_section("party_terms", label=_("在党组织担任的职务"), data=terms_of)
