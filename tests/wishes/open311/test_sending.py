"""Sending by GeoReport v2: a request becomes a wish by the ordinary services; keys, quotas, repeats."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.errors import NotAllowed
from portal.outbox.models import Event
from tests.grids.territory.factories import CommunityFactory, StreetFactory
from tests.wishes.open311.factories import ROOT, Hotline, arguments, drawn, make_hotline, send, xml_of
from tests.wishes.wishes.factories import Cast, CategoryFactory, make_cast
from tests.wishes.wishes.pages import client_of
from wishes.open311.models import ApiKey, KeyUsage, Report
from wishes.open311.services import OVERLAP, change_source, end_key, issue_key, source_of
from wishes.wishes.domain import State
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def hotline(cast: Cast) -> Hotline:
    hotline = make_hotline()
    drawn(cast, hotline.administrator)
    return hotline


def test_the_example_of_the_specification_makes_a_wish(cast: Cast, hotline: Hotline) -> None:
    answer = send(arguments(cast, hotline))

    assert answer.status_code == 200, answer.content.decode()
    (row,) = answer.json()
    assert list(row) == ["service_request_id", "service_notice", "account_id"]
    assert row["account_id"] is None
    wish = Wish.objects.get(number=row["service_request_id"])
    assert wish.state == State.PUBLISHED
    assert wish.source == hotline.source
    assert wish.author == hotline.source.account
    assert wish.territory == cast.grid
    assert wish.responsible == cast.grid_head
    assert wish.title == "A large sinkhole is destroying the street"
    assert (wish.address, wish.place) == ("1234 5th street", "")
    assert (wish.contact_name, wish.contact_phone) == ("smithjohn", "13900001111")
    assert wish.author_name == "s*"
    report = Report.objects.get(wish=wish)
    assert report.media_url.endswith("5ed477a060.jpg")
    assert "smit333" not in str(vars(wish)) + str(vars(report))


def test_the_answer_in_xml(cast: Cast, hotline: Hotline) -> None:
    document = xml_of(send(arguments(cast, hotline), form="xml"))

    assert document.tag == "service_requests"
    assert [child.tag for child in document.find("request") or ()] == [
        "service_request_id",
        "service_notice",
        "account_id",
    ]


def test_a_request_without_a_caller_stands_in_the_name_of_the_source(cast: Cast, hotline: Hotline) -> None:
    given = arguments(cast, hotline, first_name=None, last_name=None, phone="ext. 5", description=None)
    wish = Wish.objects.get(number=send(given).json()[0]["service_request_id"])

    assert wish.author_name == "12345 热线"
    assert wish.contact_phone == "02512345"
    assert wish.title == cast.category.name


def test_questions_of_the_service_are_answered_by_attributes(cast: Cast, hotline: Hotline) -> None:
    goods = CategoryFactory(code="goods", kind="goods")
    given = arguments(cast, hotline, service_code=goods.code) | {
        "attribute[quantity]": "7000",
        "attribute[unit]": "斤",
        "attribute[special_group][]": ["seriously_ill"],
        "attribute[WHISPAWN]": "123456",
    }
    wish = Wish.objects.get(number=send(given).json()[0]["service_request_id"])

    assert (wish.quantity, wish.unit, wish.special_group) == (7000, "斤", "seriously_ill")
    assert wish.state == State.VERIFYING


@pytest.mark.parametrize(
    "place",
    [
        {"lat": None, "long": None, "address_string": "南京市建邺区江心洲街道洲岛家园 5 栋 2 单元 302 室"},
        {"lat": None, "long": None, "address_string": None, "address_id": "320105004004"},
        {"lat": "31.0", "long": "118.0", "address_id": "320105004004"},
    ],
)
def test_a_place_is_found_by_its_name_or_code(cast: Cast, hotline: Hotline, place: dict[str, Any]) -> None:
    wish = Wish.objects.get(number=send(arguments(cast, hotline, **place)).json()[0]["service_request_id"])

    assert wish.community == cast.community
    assert "302" not in wish.place


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"api_key": None}, 403),
        ({"api_key": "wrong"}, 403),
        ({"api_key": "错\x00"}, 403),
        ({"service_code": None}, 400),
        ({"service_code": "nothing"}, 404),
        ({"service_code": "a\x00b"}, 404),
        ({"lat": None}, 400),
        ({"lat": "nan"}, 400),
        ({"lat": "1e999"}, 400),
        ({"lat": "٣٢.٠"}, 400),
        ({"lat": "91"}, 400),
        ({"lat": None, "long": None, "address_string": None}, 400),
        ({"lat": None, "long": None, "address_string": "somewhere else"}, 400),
        ({"lat": None, "long": None, "address_string": None, "address_id": "1" * 900}, 400),
        ({"description": "字" * 4001}, 400),
        ({"attribute[special_group]": "king"}, 400),
    ],
)
def test_what_is_wrong_is_answered_with_its_status_and_nothing_is_kept(
    cast: Cast, hotline: Hotline, change: dict[str, Any], status: int
) -> None:
    answer = send(arguments(cast, hotline, **change))

    assert answer.status_code == status, answer.content.decode()
    (error,) = answer.json()
    assert error["code"] == status
    assert error["description"]
    assert not Wish.objects.exists()
    assert not KeyUsage.objects.exists()


def test_a_wrong_key_in_xml_looks_like_the_specification(cast: Cast, hotline: Hotline) -> None:
    answer = send(arguments(cast, hotline, api_key="xyz"), form="xml")

    assert answer.status_code == 403
    document = xml_of(answer)
    assert (document.tag, document[0].tag, document.findtext("error/code")) == ("errors", "error", "403")


def test_four_thousand_characters_are_taken(cast: Cast, hotline: Hotline) -> None:
    wish = Wish.objects.get(
        number=send(arguments(cast, hotline, description="字" * 4000)).json()[0]["service_request_id"]
    )

    assert wish.details == "字" * 4000
    assert len(wish.title) == 60


def test_json_is_no_form(cast: Cast, hotline: Hotline) -> None:
    answer = Client().post(f"{ROOT}requests.json", "{}", content_type="application/json")

    assert answer.status_code == 400


def test_a_source_sends_only_for_its_own_places(cast: Cast, hotline: Hotline) -> None:
    other = CommunityFactory(code="320105004002")
    change_source(actor=hotline.administrator, source=hotline.source, territory=other)

    assert send(arguments(cast, hotline)).status_code == 400


def test_a_source_follows_its_own_wishes_before_they_are_public(cast: Cast, hotline: Hotline) -> None:
    category = CategoryFactory(needs_moderation=True)
    number = send(arguments(cast, hotline, service_code=category.code)).json()[0]["service_request_id"]

    assert Client().get(f"{ROOT}requests/{number}.json").status_code == 404
    (row,) = Client().get(f"{ROOT}requests/{number}.json", {"api_key": hotline.key}).json()
    assert row["status_notes"] == "等受理"
    assert row["description"] is None
    stranger = make_hotline(name="另一家")
    assert Client().get(f"{ROOT}requests/{number}.json", {"api_key": stranger.key}).status_code == 404
    assert Client().get(f"{ROOT}requests/{number}.json", {"api_key": "x"}).status_code == 403
    answer = Client().get(f"{ROOT}tokens/{number}.json", {"api_key": hotline.key})
    assert answer.json() == [{"service_request_id": number, "token": number}]


def test_the_quota_of_a_day_is_kept_and_a_refused_request_costs_nothing(cast: Cast) -> None:
    hotline = make_hotline(per_day=2)
    given = arguments(cast, hotline, lat=None, long=None, address_id="320105004004")
    assert send(given | {"attribute[special_group]": "king"}).status_code == 400
    assert [send(given).status_code for _n in range(3)] == [200, 200, 400]
    answer = send(given)

    assert answer.json()[0]["code"] == 429
    assert answer["Retry-After"]
    assert Wish.objects.count() == 2
    assert KeyUsage.objects.get().count == 2


def test_a_request_sent_again_under_its_key_is_one_wish(cast: Cast, hotline: Hotline) -> None:
    first = send(arguments(cast, hotline), **{"Idempotency-Key": "call-1"})
    again = send(arguments(cast, hotline), **{"Idempotency-Key": "call-1"})

    assert first.json()[0]["service_request_id"] == again.json()[0]["service_request_id"]
    assert again["Idempotency-Replayed"] == "true"
    assert Wish.objects.count() == 1


def test_a_media_address_that_is_none_is_left_out(cast: Cast, hotline: Hotline) -> None:
    send(arguments(cast, hotline, media_url="javascript:alert(1)"))

    assert Report.objects.get().media_url == ""


def test_a_new_key_leaves_the_old_one_a_day_and_an_ended_one_none(hotline: Hotline) -> None:
    now = timezone.now()
    _key, text = issue_key(actor=hotline.administrator, source=hotline.source, at=now)

    assert source_of(hotline.key, now) == hotline.source
    assert source_of(hotline.key, now + OVERLAP) is None
    assert source_of(text, now + OVERLAP) == hotline.source
    for key in ApiKey.objects.all():
        end_key(actor=hotline.administrator, key=key)
        assert text not in (key.digest, key.hint)
    assert source_of(text, timezone.now()) is None
    change_source(actor=hotline.administrator, source=hotline.source, is_active=False)
    kinds = set(Event.objects.filter(visibility="audit").values_list("type", flat=True))
    assert kinds >= {
        "wishes.source.opened",
        "wishes.source.changed",
        "wishes.source.key_issued",
        "wishes.source.key_ended",
    }


def test_only_the_system_administrator_of_the_place_opens_sources(cast: Cast, hotline: Hotline) -> None:
    with pytest.raises(NotAllowed):
        issue_key(actor=cast.secretary, source=hotline.source)
    with pytest.raises(NotAllowed):
        change_source(actor=hotline.administrator, source=hotline.source, territory=StreetFactory(code="120101001"))


def test_nobody_enters_the_account_of_a_source(hotline: Hotline) -> None:
    account = User.objects.get(pk=hotline.source.account_id)

    assert (account.phone, account.username, account.is_staff) == (None, None, False)
    assert not account.has_usable_password()


class TestAdmin:
    """The administrator's pages."""

    def test_a_source_is_opened_and_given_a_key_that_is_shown_once(self, hotline: Hotline) -> None:
        browser = client_of(hotline.administrator)
        answer = browser.post(
            reverse("admin:wishes_source_add"),
            {
                "name": "社区信箱",
                "contact": "小李",
                "phone": "025-8651 2345",
                "territory": StreetFactory().pk,
                "per_day": "50",
                "is_active": "on",
            },
        )
        assert answer.status_code == 302, answer.content.decode()
        source = hotline.source.__class__.objects.get(name="社区信箱")
        listed = reverse("admin:wishes_source_changelist")
        shown = browser.post(listed, {"action": "issue_key", "_selected_action": [source.pk]})
        page = shown.content.decode()
        text = page.partition("<code>")[2].partition("</code>")[0]

        assert source_of(text, timezone.now()) == source
        assert "no-store" in shown["Cache-Control"]
        for address in (listed, reverse("admin:wishes_apikey_changelist")):
            later = browser.get(address).content.decode()
            assert text not in later
            assert "社区信箱" in later

    def test_a_key_is_ended(self, hotline: Hotline) -> None:
        key = ApiKey.objects.get()
        client_of(hotline.administrator).post(
            reverse("admin:wishes_apikey_changelist"), {"action": "end_now", "_selected_action": [key.pk]}
        )

        assert source_of(hotline.key, timezone.now()) is None

    def test_a_source_of_another_place_is_not_offered(self, hotline: Hotline) -> None:
        browser = client_of(hotline.administrator)
        page = browser.post(
            reverse("admin:wishes_source_change", args=[hotline.source.pk]),
            {
                "name": "12345 热线",
                "contact": "甲",
                "phone": "1",
                "territory": StreetFactory(code="120101001").pk,
                "per_day": "1",
            },
        )

        assert page.status_code == 200
        assert hotline.source.contact == "值班长"
