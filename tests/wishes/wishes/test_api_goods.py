"""Parts, names and tiers for programs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grids.bodies.domain import BodyKind
from tests.grids.bodies.factories import make_body
from tests.wishes.wishes.api_calls import Caller, leaked
from tests.wishes.wishes.factories import Cast, goods, make_cast, posted
from wishes.wishes.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_part_is_claimed_done_and_shown(cast: Cast) -> None:
    wish = goods(cast, quantity=10, at=timezone.now())
    volunteer, worker = Caller(cast.volunteer), Caller(cast.worker)

    too_much = volunteer.take(wish, "claim", quantity=11)
    assert (too_much.status_code, too_much.json()["code"]) == (400, "more_than_missing")
    answer = volunteer.take(wish, "claim", quantity=4).json()
    assert (answer["claimed_quantity"], answer["state"]) == (4, "published")
    assert [(each["quantity"], each["mine"]) for each in answer["claims"]] == [(4, True)]
    worker.take(wish, "claim", quantity=6)

    claim = Claim.objects.get(quantity=4)
    assert Caller(cast.secretary).take(wish, "fulfil").json()["code"] == "required"
    assert Caller(cast.secretary).take(wish, "fulfil", claim=claim.pk).status_code == 200
    assert worker.take(wish, "fulfil").json()["state"] == "fulfilled"
    assert leaked(Caller(cast.stranger).get(f"{wish.pk}/")) == []


def test_a_body_is_named_by_its_id_and_only_by_who_acts_for_it(cast: Cast) -> None:
    body, person = make_body(BodyKind.TEAM, cast.community, name="银发志愿队")
    wish = posted(cast, at=timezone.now())

    assert Caller(cast.volunteer).take(wish, "claim", body=body.pk).json()["code"] == "unknown_body"
    assert Caller(person).take(wish, "claim").status_code == 403
    answer = Caller(person).take(wish, "claim", body=body.pk).json()

    assert (answer["claim"]["name"], answer["claim"]["body"]) == ("银发志愿队", body.pk)


def test_the_tiers_are_told_in_words_and_times_with_why_not_yet(cast: Cast) -> None:
    make_body(BodyKind.PARTY_ORGANISATION, cast.community, name="洲岛家园社区党委")
    _body, person = make_body(BodyKind.CO_BUILDING_UNIT, cast.community)
    now = timezone.now()
    wish = posted(cast, at=now - timedelta(hours=30))

    answer = Caller(person).get(f"{wish.pk}/").json()

    assert [tier["is_open"] for tier in answer["tiers"]] == [True, True, False, False]
    assert answer["tier_words"][-1].endswith("由洲岛家园社区党委负责到底。")
    assert "共建单位从" in answer["why_not_claim"]
    assert Caller(cast.volunteer).get(f"{wish.pk}/").json()["why_not_claim"] == ""
