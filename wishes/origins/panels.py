"""What the page of a wish shows of where it came from and what it became, and the page of a source of its wishes.

Both pages tell one story: the lines of either stand in the other's timeline, each for those who may read it there.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.incidents import panels as of_incidents
from grids.incidents.domain import State as IncidentState
from grids.incidents.models import Incident
from grids.incidents.querysets import reads_as_staff
from grids.incidents.views.story import UNTOLD, done_step, levels_for
from grids.roles.queries import Person
from grids.visits import panels as of_visits
from grids.visits.models import Visit
from portal.accounts.models import User
from portal.outbox.models import Event
from portal.outbox.registry import Visibility, key_of
from portal.outbox.telling import Step, Told
from portal.panels import Panel
from wishes.origins.events import WishMade
from wishes.origins.incidents import INCIDENT, KIND
from wishes.origins.models import Way, WishOrigin
from wishes.origins.queries import ORIGINS, goes_on_as, links_of, lives, origins_known, read_origins
from wishes.origins.raising import may_raise
from wishes.origins.registry import source_of
from wishes.origins.visits import VISIT
from wishes.wishes.domain import Kind
from wishes.wishes.models import Wish
from wishes.wishes.policies import can_read, is_author, is_handler, timeline_levels
from wishes.wishes.views import story as of_wishes
from wishes.wishes.views.access import viewer_of
from wishes.wishes.views.panels import Known, Slot, along, panel, read_with_page

read_with_page(Known("origins_known", ORIGINS, read=read_origins))

# How far the incident is, for the author of a wish: nobody of the staff is named.
PROGRESS: dict[str, str | Promise] = {
    IncidentState.COLLECTED: gettext_lazy("已经报上去，等立案"),
    IncidentState.FILED: gettext_lazy("已经立案，正在派人"),
    IncidentState.DISPATCHED: gettext_lazy("已经派人，等去处置"),
    IncidentState.HANDLING: gettext_lazy("有人正在处置"),
    IncidentState.CO_HANDLING: gettext_lazy("几个部门正在一起办"),
    IncidentState.REPORTED: gettext_lazy("办了，正请别的同志去看"),
    IncidentState.VERIFIED: gettext_lazy("办好了，别的同志去看过"),
    IncidentState.EVALUATED: gettext_lazy("办好了，别的同志去看过"),
    IncidentState.REJECTED: gettext_lazy("没有立案，由社区另想办法"),
}


@dataclass(frozen=True)
class LinkedWish:
    """A wish that is one matter with the source, and the one it goes on as where it was merged."""

    wish: Wish
    goes_on_as: Wish
    was_first: bool


def _subjects(wish: Wish, way: Way) -> list[tuple[Any, Any]]:
    """Sources of the wish, as they were read with its page; each is fetched once."""
    if "origins_known" not in wish.__dict__:
        wish.__dict__["origins_known"] = origins_known(wish)
    fetched: dict[tuple[str, int], Any] = wish.__dict__.setdefault("_subjects", {})
    found = []
    for kind, key, its_way in wish.__dict__["origins_known"]:
        source = source_of(kind)
        if its_way != way or source is None:
            continue
        if (kind, key) not in fetched:
            fetched[kind, key] = source.find(key)
        if fetched[kind, key] is not None:
            found.append((source, fetched[kind, key]))
    return found


@panel(Slot.ASIDE, position=10)
def where_it_came_from(request: HttpRequest, wish: Wish) -> Panel | None:
    """A link to each source, for those who may see it; for anybody else there is none."""
    found = [
        {"name": source.name(subject), "url": source.url(subject)}
        for source, subject in _subjects(wish, Way.FROM)
        if source.sees(request.user, subject)
    ]
    return Panel("wishes/origins/came_from.html", {"origins": found}) if found else None


@panel(Slot.BELOW, position=10)
def what_it_became(request: HttpRequest, wish: Wish) -> Panel | None:
    """How far the incident is, for the author in plain words, for staff with the way there."""
    viewer = viewer_of(request)
    author, handler = is_author(viewer, wish), is_handler(viewer, wish)
    if not author and not handler:
        return None
    found = [
        {"incident": living, "words": PROGRESS[living.state], "handler": handler}
        for living in (_living(subject) for _source, subject in _subjects(wish, Way.INTO))
    ]
    return Panel("wishes/origins/became.html", {"incidents": found}) if found else None


@panel(Slot.BUTTONS, position=90)
def raise_it(request: HttpRequest, wish: Wish) -> Panel | None:
    """For staff, of a public matter that is no incident yet."""
    if wish.kind != Kind.PUBLIC_MATTER or not may_raise(request.user, wish):
        return None
    linked = [one for _source, one in (*_subjects(wish, Way.INTO), *_subjects(wish, Way.FROM))]
    if any(isinstance(one, Incident) and one.state != IncidentState.REJECTED for one in linked):
        return None
    return Panel("wishes/origins/raise_button.html", {"wish": wish})


@along.tell
def story_of_incident(viewer: Person, wish: Wish) -> list[Told]:
    """In the story of a wish: its incident's, for staff of the place in full, for the author without names."""
    author = is_author(viewer, wish)
    told = []
    for _source, subject in (*_subjects(wish, Way.FROM), *_subjects(wish, Way.INTO)):
        if not isinstance(subject, Incident):
            continue
        living, staff = _living(subject), reads_as_staff(viewer, subject)
        if not staff and not author:
            continue
        levels = levels_for(staff=staff, reporter=False) if staff else [Visibility.PUBLIC]
        told.append(Told(living, levels, _as_incident(staff=staff)))
    return told


def _as_incident(*, staff: bool) -> Any:
    def step(event: Event) -> Step | None:
        if event.type in UNTOLD or event.type == key_of(WishMade):
            return None
        line = done_step(event, staff=staff, words=staff)
        return Step(
            line.state, _("事件：{what}").format(what=line.label), line.when, line.note, line.text, line.late, KIND
        )

    return step


def _links(viewer: Person, kind: str, subject: Model) -> list[WishOrigin]:
    """The links of a source, read once for it; none for whoever may not know of them."""
    source = source_of(kind)
    if source is None or not isinstance(viewer, User) or not source.sees(viewer, subject):
        return []
    known: list[WishOrigin] | None = subject.__dict__.get("_links")
    if known is None:
        known = subject.__dict__["_links"] = links_of(source, subject)
    return known


def wishes_panel(request: HttpRequest, kind: str, subject: Model) -> Panel | None:
    """For the page of a source: its wishes, as far as this reader may see them, or the way to make one."""
    viewer, source = viewer_of(request), source_of(kind)
    if source is None or not isinstance(viewer, User) or not source.sees(viewer, subject):
        return None
    links = _links(viewer, kind, subject)
    shown = [
        LinkedWish(one.wish, goes_on_as(one.wish), one.way == Way.INTO) for one in links if can_read(viewer, one.wish)
    ]
    offers = bool(source.may_make(viewer, subject)) and not any(one.way == Way.INTO or lives(one.wish) for one in links)
    if not shown and not offers:
        return None
    return Panel("wishes/origins/made.html", {"kind": kind, "key": subject.pk, "made": shown, "offers": offers})


@of_incidents.panel(of_incidents.Slot.BELOW)
def wishes_of_incident(request: HttpRequest, incident: Incident) -> Panel | None:
    """Under an incident, for its staff and those who reported it."""
    return wishes_panel(request, INCIDENT.kind, incident)


@of_visits.panel(of_visits.Slot.NEEDS)
def wishes_of_visit(request: HttpRequest, visit: Visit) -> Panel | None:
    """On the page of a visit, for who made it and the staff near by."""
    return wishes_panel(request, VISIT.kind, visit)


@of_incidents.along.tell
def story_of_wishes(viewer: Person, incident: Incident) -> list[Told]:
    """In the story of an incident: those of its wishes, for staff who handle them and for a wish's author."""
    wishes = {goes_on_as(link.wish).pk: goes_on_as(link.wish) for link in _links(viewer, INCIDENT.kind, incident)}
    return [
        Told(wish, timeline_levels(viewer, wish), _as_wish(wish))
        for wish in wishes.values()
        if is_handler(viewer, wish) or is_author(viewer, wish)
    ]


def _as_wish(wish: Wish) -> Any:
    def step(event: Event) -> Step | None:
        if event.type in of_wishes.UNTOLD or event.type == key_of(WishMade):
            return None
        line = of_wishes.done_step(wish, event, {})
        return Step(
            line.state, _("心愿：{what}").format(what=line.label), line.when, line.note, line.text, line.late, "wish"
        )

    return step


def _living(incident: Incident) -> Incident:
    """What an incident was merged into, itself where it was not."""
    into = incident.merged_into
    return into if into is not None else incident
