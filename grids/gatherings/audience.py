"""Who belongs to an organisation, and so who is invited; the tree is walked in one statement each."""

from collections.abc import Iterable
from functools import cached_property

from django.db import connection
from django.db.models import Q, QuerySet

from grids.cells.models import LeadershipTerm, PartyOrganisation
from grids.gatherings.domain import Audience
from grids.gatherings.models import Gathering
from grids.members.domain import MemberState
from grids.members.models import PartyMember
from portal.accounts.models import User

_BELOW = """
WITH RECURSIVE tree AS (
    SELECT id FROM grids_partyorganisation WHERE id = ANY (%s)
    UNION SELECT o.id FROM grids_partyorganisation o JOIN tree ON o.parent_id = tree.id WHERE o.is_active
) SELECT id FROM tree
"""
_ABOVE = """
WITH RECURSIVE tree AS (
    SELECT id, parent_id FROM grids_partyorganisation WHERE id = ANY (%s)
    UNION SELECT o.id, o.parent_id FROM grids_partyorganisation o JOIN tree ON o.id = tree.parent_id
) SELECT id FROM tree
"""


def _walk(sql: str, organisations: Iterable[int]) -> frozenset[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(organisations)])
        return frozenset(pk for (pk,) in cursor.fetchall())


def below(*organisations: int) -> frozenset[int]:
    """These organisations and all that stand below them."""
    return _walk(_BELOW, organisations)


def above(*organisations: int) -> frozenset[int]:
    """These organisations and all that they stand below."""
    return _walk(_ABOVE, organisations)


def leaders_of(organisation: PartyOrganisation) -> QuerySet[User]:
    """Who is in office there today."""
    terms = LeadershipTerm.objects.in_force().filter(organisation=organisation)
    return User.objects.filter(pk__in=terms.values("user_id"), is_active=True)


def invited(gathering: Gathering) -> QuerySet[User]:
    """The people whom a gathering is for, as things stand now."""
    if gathering.audience == Audience.LEADERS:
        return leaders_of(gathering.organisation)
    own = gathering.audience == Audience.OWN
    organisations = [gathering.organisation_id] if own else below(gathering.organisation_id)
    members = PartyMember.objects.confirmed().filter(organisation_id__in=organisations)
    return User.objects.filter(pk__in=members.values("user_id"), is_active=True)


class Part:
    """What one person is in Party organisations: whom they lead, where they belong. Asked once, for many gatherings."""

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def leads(self) -> frozenset[int]:
        """Organisations in which the person is in office today."""
        terms = LeadershipTerm.objects.in_force().filter(user=self.user, organisation__is_active=True)
        return frozenset(terms.values_list("organisation_id", flat=True))

    @cached_property
    def home(self) -> int | None:
        """The organisation somebody serves in."""
        member = PartyMember.objects.filter(user=self.user, state=MemberState.CONFIRMED)
        return member.order_by().values_list("organisation_id", flat=True).first()

    @cached_property
    def belongs(self) -> frozenset[int]:
        """That and those it stands below: a member of a group is one of its branch."""
        return above(self.home) if self.home is not None else frozenset()

    def is_invited(self, gathering: Gathering) -> bool:
        """Whether the gathering is for this person."""
        if gathering.audience == Audience.LEADERS:
            return gathering.organisation_id in self.leads
        if gathering.audience == Audience.OWN:
            return gathering.organisation_id == self.home
        return gathering.organisation_id in self.belongs

    def invitations(self) -> Q:
        """Gatherings that are for this person, as a condition."""
        return (
            Q(audience=Audience.LEADERS, organisation_id__in=self.leads)
            | Q(audience=Audience.ALL, organisation_id__in=self.belongs)
            | Q(audience=Audience.OWN, organisation_id=self.home)
        )
