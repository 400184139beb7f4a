"""A neighbourhood of people around one grid, and wishes at every point of their way, made by the services."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import factory

from grids.roles.models import Role
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.deadlines.domain import TIME_ZONE
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, make_resident, make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, GridFactory, StreetFactory
from wishes.wishes import services
from wishes.wishes.domain import Kind, Stars, State
from wishes.wishes.models import Category, Claim, Wish

# A Monday morning without a holiday near by.
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=TIME_ZONE)
SECRET_ADDRESS = "5栋2单元302室"
SECRET_PHONE = "+8613712340001"
SECRET_NAME = "欧阳桂芳"


class CategoryFactory(factory.django.DjangoModelFactory):
    """A household service done within seven working days, published at once."""

    class Meta:
        model = Category

    code = factory.Sequence(lambda n: f"category-{n}")
    name = factory.Sequence(lambda n: f"家务小修{n}")


@dataclass(frozen=True)
class Cast:
    """Who plays a part around one grid."""

    community: Territory
    grid: Territory
    author: User
    volunteer: User
    grid_head: User
    worker: User
    secretary: User
    street_officer: User
    supervisor: User
    stranger: User  # signed in, no role
    other_worker: User  # works in another community
    other_volunteer: User  # of another community
    category: Category


def make_cast() -> Cast:
    community, elsewhere = CommunityFactory(), CommunityFactory(code="320105004002")
    grid = GridFactory(community=community)
    volunteer, other_volunteer = PersonFactory(), PersonFactory()
    AppointmentFactory(user=volunteer, role=Role.VOLUNTEER, territory=community)
    AppointmentFactory(user=other_volunteer, role=Role.VOLUNTEER, territory=elsewhere)
    return Cast(
        community=community,
        grid=grid,
        author=make_resident(community, legal_name=SECRET_NAME, display_name="桂芳阿姨", phone=SECRET_PHONE),
        volunteer=volunteer,
        grid_head=make_staff(Role.GRID_HEAD, grid),
        worker=make_staff(Role.COMMUNITY_WORKER, community),
        secretary=make_staff(Role.COMMUNITY_SECRETARY, community),
        street_officer=make_staff(Role.STREET_OFFICER, StreetFactory()),
        supervisor=make_staff(Role.SUPERVISOR, DistrictFactory()),
        stranger=PersonFactory(),
        other_worker=make_staff(Role.COMMUNITY_WORKER, elsewhere),
        other_volunteer=other_volunteer,
        category=CategoryFactory(),
    )


def drafted(cast: Cast, *, at: datetime = MONDAY, author: User | None = None, **fields: Any) -> Wish:
    """A complete draft, not sent yet."""
    author = author or cast.author
    wish = services.start_draft(actor=author, at=at)
    given: dict[str, Any] = {
        "title": "厨房水管漏水，想请人看看",
        "details": "拧紧了还是滴水。",
        "category": cast.category,
        "territory": cast.grid,
        "place": "洲岛家园北门附近",
        "address": SECRET_ADDRESS,
        "contact_name": author.legal_name,
    }
    return services.save_draft(actor=author, wish=wish, **(given | fields))


def posted(cast: Cast, *, at: datetime = MONDAY, author: User | None = None, **fields: Any) -> Wish:
    """A submitted wish; public at once unless the fields say otherwise."""
    return services.submit_wish(actor=author or cast.author, wish=drafted(cast, at=at, author=author, **fields), at=at)


def claimed(cast: Cast, *, at: datetime = MONDAY, **fields: Any) -> Claim:
    """Claimed by the volunteer an hour after it was posted."""
    return services.claim_wish(actor=cast.volunteer, wish=posted(cast, at=at, **fields), at=at + timedelta(hours=1))


def goods(cast: Cast, *, quantity: int = 7000, unit: str = "斤", at: datetime = MONDAY, **fields: Any) -> Wish:
    """A public wish for goods, which several people may meet together."""
    given: dict[str, Any] = {"category": CategoryFactory(kind=Kind.GOODS), "title": "住院期间 7000 斤青菜没人卖"}
    return posted(cast, at=at, quantity=quantity, unit=unit, **(given | fields))


def partly_claimed(cast: Cast, *, part: int = 3000, at: datetime = MONDAY, **fields: Any) -> Claim:
    """Goods of which the volunteer has taken on a part, an hour after they were posted."""
    wish = goods(cast, at=at, **fields)
    return services.claim_wish(actor=cast.volunteer, wish=wish, quantity=part, at=at + timedelta(hours=1))


def fulfilled(cast: Cast, *, at: datetime = MONDAY, **fields: Any) -> Wish:
    """Done by the volunteer two hours after it was posted."""
    wish = claimed(cast, at=at, **fields).wish
    return services.fulfil_claim(actor=cast.volunteer, wish=wish, note="换了垫圈，不漏了。", at=at + timedelta(hours=2))


def confirmed(cast: Cast, *, at: datetime = MONDAY, **fields: Any) -> Wish:
    """Rated by its author three hours after it was posted."""
    wish = fulfilled(cast, at=at, **fields)
    stars = Stars(speed=5, attitude=5, result=4)
    return services.confirm_wish(actor=cast.author, wish=wish, stars=stars, at=at + timedelta(hours=3))


def moderated(cast: Cast, *, at: datetime = MONDAY, **fields: Any) -> Wish:
    """Waiting to be looked at before publication."""
    return posted(cast, at=at, category=CategoryFactory(needs_moderation=True), **fields)


def special(cast: Cast, *, at: datetime = MONDAY, **fields: Any) -> Wish:
    """Of a solitary elder, waiting for verification."""
    return posted(cast, at=at, special_group="solitary_elder", **fields)


IN_STATE: dict[State, Callable[..., Wish]] = {
    State.DRAFT: drafted,
    State.SUBMITTED: moderated,
    State.VERIFYING: special,
    State.PUBLISHED: posted,
    State.CLAIMED: lambda cast, **fields: claimed(cast, **fields).wish,
    State.FULFILLED: fulfilled,
    State.CLOSED: confirmed,
}
