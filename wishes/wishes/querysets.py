"""Reads of wishes that respect who is asking; every page and API list starts from `visible_to`."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Left, Right
from django.db.models.lookups import Exact

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.roles.domain import HANDLER_ROLES
from grids.roles.models import Appointment
from grids.roles.queries import holds_anywhere, paths_of
from grids.territory.domain import STEP, Level
from portal.accounts.models import User
from portal.deadlines.domain import TIME_ZONE
from wishes.wishes.domain import NEVER, OPEN_STATES, PUBLIC_ENDS, READING_ROLES, ClaimState, State
from wishes.wishes.limits import shortest_wait_for_party

if TYPE_CHECKING:
    from grids.territory.models import Territory
    from wishes.wishes.models import Wish  # noqa: F401 - named in the base class


# What belongs to an account alone, and is no part of what others see.
OF_ACCOUNTS = tuple("password last_login is_superuser email elder_mode date_joined language session_epoch".split())
ASIDE = tuple(f"author__{name}" for name in OF_ACCOUNTS)
# Of places, their outlines, which are long, and their official names.
OF_PLACES = tuple(
    f"{place}__{name}"
    for place in ("territory", "community")
    for name in ("boundary", "boundary_is_illustrative", "official_name", "numchild")
)


class Fixed(Value):
    """A constant of the program, written into the text of a statement instead of being sent beside it.

    The planner can then use an index that is made for it without knowing the other values, so that one plan is kept for
    all of them; planning such a list anew takes longer than reading its page.
    """

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        if isinstance(self.value, int):
            return str(self.value), ()
        assert self.value.isidentifier()
        return f"'{self.value}'", ()


def under_paths(paths: list[str]) -> Q:
    """Wishes whose place lies in one of these subtrees; no path, no wish."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(path__startswith=path)
    return condition


def in_place(path: str) -> Q:
    """Wishes of a place, as the indexes of lists have it: a grid, a community and a street are one value each there.

    A prefix is a range of values, and a range cannot be read newest first.
    """
    if len(path) == STEP * Level.GRID:
        return Q(path=path)
    if len(path) in (STEP * Level.COMMUNITY, STEP * Level.STREET):
        return Q(Exact(Left(F("path"), Fixed(len(path))), path))
    return Q(path__startswith=path)


def numbered(number: str) -> Q:
    """Wishes whose number is this, or ends so: `words.number_asked` gives at least its last four digits."""
    if len(number) > 10:
        return Q(number=number)
    tail = Q(Exact(Right(F("number"), 4), number[-4:])) & ~Q(number="")
    # Four digits are the whole of what the index holds; asked once more, the planner takes them for far rarer.
    return tail & Q(number__endswith=number) if len(number) > 4 else tail


def submitted_between(since: date | None, until: date | None) -> Q:
    """Wishes submitted on these local days, both among them."""
    condition = Q()
    if since:
        condition &= Q(submitted_at__gte=_midnight(since))
    if until:
        condition &= Q(submitted_at__lt=_midnight(until) + timedelta(days=1))
    return condition


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=TIME_ZONE)


def is_public() -> Q:
    """The public part of the wish may be read by anybody (docs/domain.md §2)."""
    running = Q(state__in=[Fixed(State.PUBLISHED), Fixed(State.CLAIMED), Fixed(State.FULFILLED)])
    ended = Q(state=Fixed(State.CLOSED), end__in=[Fixed(end) for end in sorted(PUBLIC_ENDS)])
    # Every running wish was published too; said here because the indexes of public lists hold published ones only.
    return Q(published_at__isnull=False) & (running | ended)


class WishQuerySet(models.QuerySet["Wish"]):
    """Chainable reads of wishes."""

    def public(self) -> "WishQuerySet":
        """What anybody may read: published, claimed, fulfilled, and closed with a public end."""
        return self.filter(is_public())

    def handled_by(self, user: User) -> "WishQuerySet":
        """Submitted wishes in the places this person's appointments cover."""
        return self.exclude(state=State.DRAFT, number="").filter(under_paths(paths_of(user, HANDLER_ROLES)))

    def by_due_time(self) -> "WishQuerySet":
        """With `rank`, the due time by which work lists are in order: paused wishes, which have none, stand last."""
        return self.annotate(rank=Coalesce("due_at", Value(NEVER), output_field=models.DateTimeField()))

    def visible_to(self, user: User | AnonymousUser) -> "WishQuerySet":
        """Public wishes, one's own, those one has claimed, and those in the places one's staff roles cover."""
        if not isinstance(user, User):
            return self.public()
        staff = under_paths(paths_of(user, READING_ROLES)) & ~Q(state=State.DRAFT, number="")
        counted = [ClaimState.LIVE, ClaimState.DONE, ClaimState.ENDED]
        helped = apps.get_model("wishes", "Claim")._default_manager.filter(claimant=user, state__in=counted)
        own = Q(author=user) | Q(pk__in=helped.values("wish"))
        if holds_anywhere(user, HANDLER_ROLES):
            own |= Q(entered_by=user, state=State.DRAFT)
        return self.filter(is_public() | own | staff)

    def read_by_staff(self, user: User) -> "WishQuerySet":
        """Submitted wishes of the places this person's staff roles cover, public or not."""
        return self.exclude(state=State.DRAFT, number="").filter(under_paths(paths_of(user, READING_ROLES)))

    def mine(self, user: User) -> "WishQuerySet":
        """Wishes of this resident, the newest first."""
        return self.filter(author=user).order_by("-id")

    def helped_by(self, user: User) -> "WishQuerySet":
        """Wishes this person holds or held a claim on that counted."""
        counted = [ClaimState.LIVE, ClaimState.DONE]
        theirs = self.model.objects.filter(claims__claimant=user, claims__state__in=counted)
        return self.filter(pk__in=theirs.values("pk"))

    def open(self) -> "WishQuerySet":
        """Wishes with which somebody still has to do something."""
        return self.filter(state__in=[str(state) for state in OPEN_STATES])

    def without_responsible(self) -> "WishQuerySet":
        """Open wishes nobody answers for, or whose responsible person holds no staff role any more."""
        term = Appointment.objects.in_force().filter(role__in=list(HANDLER_ROLES), user=models.OuterRef("responsible"))
        return self.open().filter(Q(responsible=None) | ~models.Exists(term))

    def nobody_took(self, now: datetime) -> "WishQuerySet":
        """Public wishes that may be due for the Party organisation of their place; the service looks at each."""
        bodies = Body.objects.filter(is_active=True, kind=BodyKind.PARTY_ORGANISATION)
        paths = list(bodies.values_list("territory__path", flat=True).distinct())
        before = now - shortest_wait_for_party()
        return self.filter(under_paths(paths), state=State.PUBLISHED, published_at__lte=before, waiting_since=None)

    def work_list(self, user: User) -> "WishQuerySet":
        """The cadre's work list: open wishes of the places covered, what is due first first; paused ones last."""
        return self.open().handled_by(user).order_by(models.F("due_at").asc(nulls_last=True), "id")

    def in_territory(self, territory: "Territory") -> "WishQuerySet":
        """Wishes placed in this territory or below it."""
        return self.filter(in_place(str(territory.path)))

    def with_surroundings(self) -> "WishQuerySet":
        """With author, category and places in one query, without what nobody decides or shows of them."""
        return self.select_related("author", "category", "territory", "community").defer(*ASIDE, *OF_PLACES)

    def for_cards(self) -> "WishQuerySet":
        """With everything a card shows, in one query."""
        return self.select_related("category", "territory", "community", "author", "source")
