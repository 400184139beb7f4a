"""Who hears that something became a wish: those whom the source names; the wish's author is told anyway."""

from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import handles
from wishes.origins.events import WishMade
from wishes.origins.notices import MADE
from wishes.origins.registry import source_of
from wishes.wishes.models import Wish


@handles(WishMade, name="wishes.origin_tell_concerned")
def on_made(event: Event, payload: WishMade) -> None:
    """Told once, by the event about the wish."""
    source = source_of(payload.kind)
    if source is None or event.subject_type != "wishes.wish":
        return
    subject = source.model._default_manager.filter(pk=payload.source_key).first()
    wish = Wish.objects.filter(pk=payload.wish_id).first()
    if subject is None or wish is None:
        return
    people = [pk for pk in source.told(subject) if pk not in (wish.author_id, event.actor_id)]
    if people:
        notify(
            event=event,
            kind=MADE.key,
            recipients=people,
            params={"name": source.name(subject)},
            url=source.url(subject),
        )
