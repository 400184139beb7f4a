"""What each member of staff has in hand (手上的活): not who is best, but who has more than can be done."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from grids.overview.domain import MOST_IN_HAND, too_much
from grids.overview.figures import Words
from grids.roles.domain import HANDLER_ROLES, Role
from grids.roles.models import Appointment
from grids.territory.inherited import register_setting, setting_for
from grids.territory.models import Territory
from portal.accounts.models import User

MOST = "overview.most_in_hand"
# A community has far fewer staff.
MOST_STAFF = 120
# Numbers by user of those asked for, in a place given by its path.
Read = Callable[[Sequence[int], str], Mapping[int, int]]


@dataclass(frozen=True)
class Part:
    """One kind of thing somebody can have in hand; `href` is the list of it for one person in a place.

    `is_work`: it counts towards "too much"; what goes on for years, like a pairing, is only shown.
    """

    key: str
    label: Words
    read: Read
    href: Callable[[Territory, User], str] | None = None
    is_work: bool = True
    position: int = 50


_parts: dict[str, Part] = {}


def register_part(part: Part) -> None:
    """Show it for each member of staff. Raises ValueError when its name is taken."""
    if part.key in _parts:
        raise ValueError(f"Part {part.key!r} is declared twice.")
    _parts[part.key] = part


def registered_parts() -> list[Part]:
    """All of them, in their order."""
    return sorted(_parts.values(), key=lambda part: part.position)


register_setting(MOST, int, MOST_IN_HAND, _("一个人手上超过几件算太多"))


@dataclass(frozen=True)
class Hand:
    """One person with their offices and what they have in hand, part by part, each with its list."""

    user: User
    offices: list[str]
    parts: list[tuple[Part, int, str]]
    most: int

    @property
    def total(self) -> int:
        """All the work."""
        return sum(count for part, count, _href in self.parts if part.is_work)

    @property
    def is_too_much(self) -> bool:
        """Whether it is more than the place thinks one person can do."""
        return too_much(self.total, self.most)


def hands_of(place: Territory) -> list[Hand]:
    """Staff of the place and its grids today, those of the place itself first, then grid by grid."""
    people = _staff_of(place)
    ids = [user.pk for user, _offices in people]
    counted = [(part, part.read(ids, str(place.path))) for part in registered_parts()]
    most = int(setting_for(place, MOST))
    return [
        Hand(
            user,
            offices,
            [
                (part, count := counts.get(user.pk, 0), part.href(place, user) if part.href and count else "")
                for part, counts in counted
            ],
            most,
        )
        for user, offices in people
    ]


def _staff_of(place: Territory) -> list[tuple[User, list[str]]]:
    terms = Appointment.objects.in_force().filter(
        role__in=list(HANDLER_ROLES), territory__path__startswith=str(place.path), user__is_active=True
    )
    rows: Iterable[Appointment] = terms.select_related("user", "territory").defer("territory__boundary")
    order = list(Role)
    found: dict[int, tuple[User, list[str]]] = {}
    for term in sorted(rows, key=lambda one: (str(one.territory.path), order.index(Role(one.role)), one.pk)):
        _user, offices = found.setdefault(term.user_id, (term.user, []))
        offices.append(f"{term.get_role_display()} · {term.territory.name}")
    return list(found.values())[:MOST_STAFF]
