"""Visits to households as what a wish is made of: a need found at somebody's door."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.roles.queries import Person
from grids.territory.domain import Level
from grids.visits.models import Visit
from grids.visits.policies import is_near, may_read
from grids.visits.services import held_visit
from grids.visits.ties import register_tie
from portal.accounts.models import User
from portal.decision import YES, Decision
from portal.formats import day_words
from portal.masking import mask_numbers
from wishes.origins.queries import living_origin
from wishes.origins.registry import Prefill, Source, register_source

KIND = "visit"


def _find(key: int) -> Visit | None:
    rows = Visit.objects.select_related("household__building", "building", "visitor")
    return rows.defer("household__building__boundary", "building__boundary").filter(pk=key).first()


def _sees(viewer: Person, visit: Visit) -> bool:
    """Who reads the visit: that a wish came from somebody's door is nobody else's business."""
    return may_read(viewer, visit)


def _may_make(actor: User, visit: Visit) -> Decision:
    if visit.withdrawn_at is not None:
        return Decision(False, _("这次走访已经撤回了。"), by_state=True, code="withdrawn")
    if may_read(actor, visit):
        return YES
    return Decision(False, _("由走访的人或者这里的工作人员来转为心愿。"), code="not_yours")


def _prefill(actor: User, visit: Visit) -> Prefill:
    """The building without the door, and what was noted. Photos of a home stay with the visit.

    Staff enter it for the resident, whom they name; a member of the Party without an office, as a wish of their own.
    """
    return Prefill(
        place=visit.building.ancestor_at(Level.GRID),
        spot=visit.building.name,
        details=mask_numbers(visit.words),
        for_others=is_near(actor, visit.building),
    )


def _name(visit: Visit) -> str:
    return _("{day}的走访").format(day=day_words(visit.visited_at))


VISIT = Source(
    kind=KIND,
    label=gettext_lazy("走访"),
    model=Visit,
    find=_find,
    sees=_sees,
    may_make=_may_make,
    prefill=_prefill,
    name=_name,
    url=lambda visit: visit.get_absolute_url(),
    told=lambda visit: [visit.visitor_id],
    hold=held_visit,
)
register_source(VISIT)


@register_tie
def wish_of(visit: Visit) -> str:
    """The wish that was made of it and lives."""
    living = living_origin(VISIT, visit)
    return _("心愿 {number}").format(number=living.wish.number) if living is not None else ""
