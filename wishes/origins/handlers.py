"""Who hears that something became a wish or a wish became an incident, and how the incident went."""

from grids.incidents.events import IncidentRejected, IncidentVerified
from grids.incidents.models import Incident
from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import nearest_holders
from portal.notifications.registry import NoticeKind
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import handles
from wishes.origins.events import WishMade, WishRaised
from wishes.origins.incidents import INCIDENT
from wishes.origins.models import Way
from wishes.origins.notices import MADE, NOT_FILED, RAISED, REPORT_DONE
from wishes.origins.queries import links_of
from wishes.origins.registry import source_of
from wishes.wishes.domain import OPEN_STATES
from wishes.wishes.models import Wish


@handles(WishMade, name="wishes.origin_tell_concerned")
def on_made(event: Event, payload: WishMade) -> None:
    """Those whom the source names, once; the wish's author is told anyway."""
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


@handles(WishRaised, name="wishes.origin_tell_author")
def on_raised(event: Event, payload: WishRaised) -> None:
    """The author hears that somebody goes there, and that the wish goes on as promised."""
    wish = Wish.objects.get(pk=payload.wish_id)
    notify(
        event=event,
        kind=RAISED.key,
        recipients=[wish.author_id],
        params={"title": wish.title},
        url=wish.get_absolute_url(),
    )


@handles(IncidentVerified, name="wishes.origin_tell_to_report_done")
def on_verified(event: Event, payload: IncidentVerified) -> None:
    """Whoever answers for a wish that waits for the incident reports it done."""
    _tell_responsible(event, payload.incident_id, REPORT_DONE)


@handles(IncidentRejected, name="wishes.origin_tell_not_filed")
def on_rejected(event: Event, payload: IncidentRejected) -> None:
    """A wish that was joined to a report which turned out to be none needs another way."""
    _tell_responsible(event, payload.incident_id, NOT_FILED)


def _tell_responsible(event: Event, incident_id: int, kind: NoticeKind) -> None:
    incident = Incident.objects.get(pk=incident_id)
    for link in links_of(INCIDENT, incident):
        wish = link.wish
        if link.way != Way.INTO or not link.is_current or wish.state not in OPEN_STATES or wish.territory is None:
            continue
        near = [wish.responsible_id] if wish.responsible_id else []
        people = near or [person.pk for person in nearest_holders(HANDLER_ROLES, wish.territory)]
        notify(
            event=event,
            kind=kind.key,
            recipients=people,
            params={"title": wish.title, "incident": incident.number},
            url=wish.get_absolute_url(),
        )
