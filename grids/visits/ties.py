"""What came of a visit and lives: it stays with the household at whose door it was found.

Wings above, which the visit does not know, say so by registering themselves.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from grids.visits.models import Visit, VisitIncident

# Gives the name of what came of the visit, empty where nothing lives.
Tie = Callable[[Visit], str]
_ties: list[Tie] = []


def register_tie(tie: Tie) -> Tie:
    """Declares something that can come of a visit."""
    _ties.append(tie)
    return tie


def tied_words(visit: Visit) -> str:
    """Why a visit stays with its household: what came of it, in a sentence; empty where nothing did."""
    what = next((name for tie in _ties if (name := tie(visit))), "")
    words = _("这次走访发现的事已经成了{what}，不能撤回，也不能换住户；别的写错了可以更正。")
    return words.format(what=what) if what else ""


@register_tie
def incident_of(visit: Visit) -> str:
    """The incident that was reported from it."""
    led = VisitIncident.objects.select_related("incident").filter(visit=visit).first()
    return _("事件 {number}").format(number=led.incident.number) if led is not None else ""
