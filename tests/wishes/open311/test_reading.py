"""Reading by GeoReport v2: the shapes of the specification's examples, in JSON and XML, and nothing private."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from grids.territory.services import draw_boundary
from tests.grids.territory.factories import square
from tests.wishes.open311.factories import ROOT, make_hotline, shape, xml_of
from tests.wishes.wishes.factories import (
    SECRET_ADDRESS,
    SECRET_NAME,
    SECRET_PHONE,
    Cast,
    CategoryFactory,
    claimed,
    confirmed,
    make_cast,
    moderated,
    posted,
    special,
)
from wishes.wishes import services
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db

# Every field of the specification, in its order.
FIELDS = (
    "service_request_id status status_notes service_name service_code description agency_responsible service_notice "
    "requested_datetime updated_datetime expected_datetime address address_id zipcode lat long media_url"
).split()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def get(path: str, **query: Any) -> Any:
    return Client().get(f"{ROOT}{path}", query)


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [row["service_request_id"] for row in answer.json()]


@pytest.mark.parametrize("path", ["/open311/discovery", "/open311/v2/discovery"])
def test_discovery_names_the_endpoint_and_its_formats(path: str) -> None:
    found = Client().get(f"{path}.json").json()

    assert list(found) == ["changeset", "contact", "key_service", "endpoints"]
    endpoint = found["endpoints"][0]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "http://testserver/open311/v2"
    assert endpoint["type"] == "production"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    document = xml_of(Client().get(f"{path}.xml"))
    assert document.tag == "discovery"
    assert [each.text for each in document.findall("endpoints/endpoint/formats/format")] == endpoint["formats"]


def test_the_service_list_has_the_fields_of_the_specification(cast: Cast) -> None:
    group = CategoryFactory(name="家里的事")
    CategoryFactory(code="old", is_active=False)
    leaf = CategoryFactory(code="pipes", name="水管", hint="漏水、堵塞", parent=group)
    answer = get("services.json")

    assert answer["Content-Type"] == "application/json; charset=utf-8"
    row = next(row for row in answer.json() if row["service_code"] == leaf.code)
    assert row == {
        "service_code": "pipes",
        "service_name": "水管",
        "description": "漏水、堵塞",
        "metadata": True,
        "type": "realtime",
        "keywords": "水管, 家里的事, 服务",
        "group": "家里的事",
    }
    codes = {row["service_code"] for row in answer.json()}
    assert not codes & {"old", group.code}
    document = xml_of(get("services.xml"))
    assert document.tag == "services"
    assert {child.tag for child in document} == {"service"}
    assert document.findtext("service/metadata") == "true"


def test_a_service_definition_lists_its_questions(cast: Cast) -> None:
    goods = CategoryFactory(code="goods", kind="goods")
    found = get("services/goods.json").json()

    assert found["service_code"] == "goods"
    assert [(one["code"], one["datatype"], one["order"]) for one in found["attributes"]] == [
        ("quantity", "number", 1),
        ("unit", "string", 2),
        ("special_group", "singlevaluelist", 3),
    ]
    for one in found["attributes"]:
        assert list(one) == [
            "variable",
            "code",
            "datatype",
            "required",
            "datatype_description",
            "order",
            "description",
            "values",
        ]
    assert {"key": "disabled", "name": "残疾人"} in found["attributes"][2]["values"]
    document = xml_of(get(f"services/{goods.code}.xml"))
    assert document.tag == "service_definition"
    assert document.find("attributes/attribute/values") is not None
    assert document.findtext("attributes/attribute[3]/values/value/key") == "hardship"


def test_a_request_has_every_field_in_both_formats(cast: Cast) -> None:
    draw_boundary(actor=make_hotline().administrator, territory=cast.grid, boundary=square(118.7000, 32.0100))
    wish = posted(cast)
    answer = get(f"requests/{wish.number}.json")

    assert answer.status_code == 200
    (row,) = answer.json()
    assert list(row) == FIELDS
    assert row["service_request_id"] == wish.number
    assert row["status"] == "open"
    assert row["status_notes"] == "等人认领"
    assert row["description"] == "厨房水管漏水，想请人看看\n拧紧了还是滴水。"
    assert row["requested_datetime"] == "2026-11-16T02:00:00Z"
    assert row["address"] == f"洲岛家园北门附近, {cast.grid.name}, 洲岛家园社区"
    assert (row["lat"], row["long"]) == (32.011, 118.701)
    assert row["zipcode"] is None
    document = xml_of(get(f"requests/{wish.number}.xml"))
    assert document.tag == "service_requests"
    (request,) = document
    assert request.tag == "request"
    assert [child.tag for child in request] == FIELDS
    assert shape(request) == {name: None if row[name] is None else str(row[name]) for name in FIELDS}


def test_nothing_private_is_told(cast: Cast) -> None:
    posted(cast)
    claimed(cast)
    text = get("requests.json", start_date="2026-11-01").content.decode() + get("requests.xml").content.decode()

    for secret in (SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE, SECRET_PHONE[3:], "欧阳", "桂芳"):
        assert secret not in text


def test_of_a_special_group_only_the_community_is_told(cast: Cast) -> None:
    draw_boundary(actor=make_hotline().administrator, territory=cast.grid, boundary=square(118.7, 32.01))
    wish = services.verify_wish(actor=cast.grid_head, wish=special(cast), note="看过了")
    (row,) = get(f"requests/{wish.number}.json").json()

    assert row["address"] == "洲岛家园社区"
    assert (row["lat"], row["long"], row["address_id"]) == (None, None, None)
    assert "solitary" not in str(row)


def test_what_is_not_public_does_not_exist(cast: Cast) -> None:
    wish = moderated(cast)

    assert get(f"requests/{wish.number}.json").status_code == 404
    assert get(f"tokens/{wish.number}.json").status_code == 404
    assert numbers(get("requests.json", service_request_id=wish.number)) == []
    assert get("requests/2020-0101-9999.xml").status_code == 404


def test_the_list_is_narrowed_by_code_status_and_time(cast: Cast) -> None:
    now = timezone.now()
    other = CategoryFactory(code="lamps")
    long_ago = posted(cast, at=now - timedelta(days=100))
    open_one = posted(cast, at=now - timedelta(days=3), category=other)
    closed = confirmed(cast, at=now - timedelta(days=2))

    assert numbers(get("requests.json")) == [closed.number, open_one.number]
    assert numbers(get("requests.json", status="open")) == [open_one.number]
    assert numbers(get("requests.json", status="closed,open")) == [closed.number, open_one.number]
    assert numbers(get("requests.json", service_code="lamps,nothing")) == [open_one.number]
    start = (now - timedelta(days=101)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert numbers(get("requests.json", start_date=start)) == [open_one.number, long_ago.number][1:]
    both = f"{long_ago.number},{closed.number},x"
    assert numbers(get("requests.json", service_request_id=both, status="open", start_date="no date")) == [
        closed.number,
        long_ago.number,
    ]


def test_a_closed_request_says_when_and_how_it_ended(cast: Cast) -> None:
    (row,) = get(f"requests/{confirmed(cast).number}.json").json()

    assert (row["status"], row["status_notes"]) == ("closed", "心愿已实现")
    assert row["updated_datetime"] == "2026-11-16T05:00:00Z"


def test_pages(cast: Cast) -> None:
    now = timezone.now()
    found = [posted(cast, at=now - timedelta(hours=hour)).number for hour in range(5, 0, -1)][::-1]

    assert numbers(get("requests.json", page_size=2)) == found[:2]
    assert numbers(get("requests.json", page_size=2, page=3)) == found[4:]
    assert numbers(get("requests.json", page_size=2, page=4)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "yesterday"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"status": "maybe"},
        {"page": "0"},
        {"page": "٣"},
        {"page": "-1"},
        {"page_size": "99999999999999999999"},
        {"page": "999999"},
    ],
)
def test_a_query_that_cannot_be_is_answered_400_with_the_reason(query: dict[str, str]) -> None:
    answer = get("requests.json", **query)

    assert answer.status_code == 400
    assert [sorted(error) for error in answer.json()] == [["code", "description"]]


@pytest.mark.parametrize("path", ["services/nothing.xml", "requests/1.xml", "tokens/1.xml", "nothing.xml", "services/"])
def test_what_does_not_exist_is_404_with_errors_in_xml(path: str) -> None:
    answer = get(path)

    assert answer.status_code == 404
    document = xml_of(answer)
    assert document.tag == "errors"
    assert [child.tag for child in document] == ["error"]
    assert document.findtext("error/code") == "404"
    assert document.findtext("error/description")


def test_the_format_is_the_suffix_or_what_is_asked_for(cast: Cast) -> None:
    assert get("services")["Content-Type"].startswith("text/xml")
    answer = Client().get(f"{ROOT}services", headers={"Accept": "application/json"})
    assert answer["Content-Type"].startswith("application/json")
    assert get("services.html").status_code == 404


def test_a_jurisdiction_counts_only_where_there_is_one(settings: Any) -> None:
    assert get("services.json", jurisdiction_id="sfgov.org").status_code == 200
    settings.OPEN311_JURISDICTION_ID = "jianye.example.gov.cn"
    assert get("services.json", jurisdiction_id="jianye.example.gov.cn").status_code == 200
    assert get("services.json").status_code == 200
    assert get("services.json", jurisdiction_id="sfgov.org").status_code == 404


def test_any_page_may_read(cast: Cast) -> None:
    assert get("services.json")["Access-Control-Allow-Origin"] == "*"


def test_a_thousand_requests_cost_as_many_queries_as_one(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for _n in range(3):
        posted(cast, at=timezone.now())
    assert Wish.objects.public().count() == 3
    with django_assert_max_num_queries(6):
        get("requests.json")


def test_control_characters_and_noncharacters_leave_the_xml_whole(cast: Cast) -> None:
    wish = posted(cast, at=timezone.now(), title="灯\ufffe不亮<script>&")

    document = xml_of(get("requests.xml"))
    assert document.findtext("request/service_request_id") == wish.number
    assert (document.findtext("request/description") or "").startswith("灯不亮<script>&")
