"""What the feature does when a person leaves or asks for a copy of their data (docs/domain.md §7)."""

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from wishes.neighbours.models import Interest


@receiver(user_erased, dispatch_uid="wishes.neighbours.erase")
def erase(*, user: User, **_kwargs: Any) -> None:
    """Nobody who has left follows anything."""
    Interest.objects.filter(user=user).delete()


def neighbourhood_of(user: User) -> dict[str, Any]:
    """Everything held on a person here, for the copy of their data."""
    interests = Interest.objects.filter(user=user).select_related("wish").order_by("id")
    return {
        "interests": [
            {"wish": one.wish.number, "title": one.wish.title, "kind": one.kind, "since": one.since}
            for one in interests
        ]
    }


register_data_section("neighbours", label=_("邻里：关注的、也需要的"), data=neighbourhood_of)
