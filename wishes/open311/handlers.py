"""What other systems are told of wishes: the public steps of public wishes, with public fields only."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles, key_of
from portal.webhooks.registry import offer_hook
from portal.webhooks.services import tell
from wishes.wishes import events
from wishes.wishes.models import Wish

STEPS: tuple[tuple[type[Payload], Any], ...] = (
    (events.WishPublished, _("心愿公开了")),
    (events.WishClaimed, _("有人认领了")),
    (events.ClaimGivenUp, _("认领人帮不了了")),
    (events.WishFulfilled, _("办好了，等确认")),
    (events.WishConfirmed, _("居民确认了")),
    (events.WishAutoConfirmed, _("到期自动确认了")),
    (events.WishReopened, _("重新办理")),
    (events.WishExtended, _("延长了时限")),
    (events.WishCannotBeDone, _("办结：办不了")),
    (events.WishNotOurs, _("办结：转请别处")),
    (events.WishDuplicate, _("办结：相同心愿")),
)
for _payload_class, _label in STEPS:
    offer_hook(key_of(_payload_class), label=_label)


@handles(*(payload_class for payload_class, _label in STEPS), name="wishes.tell_other_systems")
def on_public_step(event: Event, payload: Payload) -> None:
    """Once for each event: what is written here is committed with the mark that it was."""
    wishes = Wish.objects.public().select_related("category", "community", "territory", "source")
    wish = wishes.defer("community__boundary", "territory__boundary").filter(pk=event.subject_id).first()
    if wish is None or wish.community is None or wish.territory is None:
        # No longer public: what it was is nobody's business.
        return
    place = wish.community if wish.is_special else wish.territory
    tell(event=event, territory_code=str(place.code), data=public_fields(wish))


def public_fields(wish: Wish) -> dict[str, Any]:
    """The wish as anybody may read it: no name, no address, no words of its author."""
    assert wish.category is not None
    assert wish.community is not None
    return {
        "number": wish.number,
        "url": f"{settings.SITE_URL.rstrip('/')}{wish.get_absolute_url()}",
        "state": wish.state,
        "end": wish.end,
        "category": wish.category.code,
        "kind": wish.kind,
        "community": str(wish.community.code),
        "source": wish.source.name if wish.source else "",
        "submitted_at": wish.submitted_at.isoformat() if wish.submitted_at else None,
        "due_at": wish.due_at.isoformat() if wish.due_at else None,
        "closed_at": wish.closed_at.isoformat() if wish.closed_at else None,
    }
