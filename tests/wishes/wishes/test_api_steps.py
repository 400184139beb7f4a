"""The whole way of a wish through the API, and every step by the wrong people and at the wrong time."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.accounts.consents import ensure_default_consents
from portal.outbox.models import Event
from portal.photos.models import Photo
from tests.wishes.wishes.api_calls import BODIES, Caller
from tests.wishes.wishes.factories import IN_STATE, MONDAY, Cast, claimed, fulfilled, make_cast, posted
from wishes.wishes import services
from wishes.wishes.api.steps import STEPS
from wishes.wishes.domain import Action, State, step_for
from wishes.wishes.models import Claim, Wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_afternoon() -> Iterator[None]:
    with time_machine.travel(MONDAY + timedelta(hours=4), tick=True):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (60, 40), "green").save(content, "JPEG")
    return SimpleUploadedFile("IMG_0001.jpg", content.getvalue(), content_type="image/jpeg")


def upload(caller: Caller) -> str:
    response = caller.client.post("/api/v1/photos/", {"file": picture()}, format="multipart")
    assert response.status_code == 201, response.content
    return str(response.json()["id"])


def test_the_whole_way(cast: Cast) -> None:
    author, helper = Caller(cast.author), Caller(cast.volunteer)
    draft = author.post("drafts/", {"category": cast.category.code, "territory": cast.grid.code, "title": "水管漏水"})
    assert draft.status_code == 201
    wish = Wish.objects.get(pk=draft.json()["id"])
    assert author.take(wish, "save", details="拧紧了还是滴水。", contact_name="王阿姨").status_code == 200
    attached = author.take(wish, "attach-photo", photo=upload(author))
    assert len(attached.json()["photos"]) == 1

    sent = author.take(wish, "submit").json()
    assert (sent["state"], sent["mine"]) == ("published", True)
    assert sent["number"]
    assert sent["due"]["words"]

    taken = helper.take(wish, "claim").json()
    assert (taken["state"], taken["claim"]["message"]) == ("claimed", "我周六来。")
    done = helper.take(wish, "fulfil", photos=[upload(helper)]).json()
    assert (done["state"], len(done["done_photos"])) == ("fulfilled", 1)
    assert author.take(wish, "reopen").json()["state"] == "claimed"
    helper.take(wish, "fulfil")
    closed = author.take(wish, "confirm").json()
    assert (closed["state"], closed["end"], closed["rating"]["result"]) == ("closed", "fulfilled", 4)
    assert closed["actions"] == [{"action": "reopen", "words": str(Action.REOPEN.label)}]
    assert closed["timeline"][0]["state"] == "done"


def test_the_ways_of_staff(cast: Cast) -> None:
    worker, author = Caller(cast.worker), Caller(cast.author)
    asked = worker.take(posted(cast), "question").json()
    assert asked["due"]["level"] == "paused"
    wish = Wish.objects.get(pk=asked["id"])
    assert author.take(wish, "answer").json()["questions"][0]["answer"] == "晚上都在。"
    assert worker.take(wish, "extend").status_code == 200
    colleagues = worker.get(f"{wish.pk}/handlers/").json()
    assert cast.secretary.pk in [each["id"] for each in colleagues]
    assert worker.take(wish, "transfer", to=cast.secretary.pk).status_code == 200
    assert Caller(cast.secretary).take(wish, "accept-handover").status_code == 200
    wish.refresh_from_db()
    assert wish.responsible == cast.secretary
    ended = worker.take(wish, "not-ours").json()
    assert (ended["end"], ended["referred_to"]) == ("not_ours", "供水公司")


def test_a_duplicate_names_the_other_by_its_number(cast: Cast) -> None:
    other = posted(cast)
    wish = posted(cast, author=cast.stranger, contact_name="李", contact_phone="13800000000")
    worker = Caller(cast.worker)
    unknown = worker.take(wish, "duplicate")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_wish")
    assert worker.take(wish, "duplicate", of=other.number).json()["duplicate_of"] == other.number


def test_staff_act_for_the_author_only_when_they_say_so_and_it_is_written_down(cast: Cast) -> None:
    wish = fulfilled(cast)
    worker = Caller(cast.worker)
    assert worker.take(wish, "confirm").status_code == 403
    assert worker.take(wish, "confirm", on_behalf=True).status_code == 200
    event = Event.objects.get(type="wishes.wish.confirmed")
    assert (event.actor, event.on_behalf_of) == (cast.worker, cast.author)
    assert Caller(cast.other_worker).take(fulfilled(cast), "confirm", on_behalf=True).status_code == 403


def test_a_step_by_nobody_or_a_stranger_is_refused_and_changes_nothing(cast: Cast) -> None:
    wish = posted(cast)
    before = Wish.objects.filter(pk=wish.pk).values().get()
    nobody, stranger = Caller(None), Caller(cast.stranger)
    for name in STEPS:
        assert nobody.take(wish, name).status_code == 401, name
        refused = stranger.take(wish, name)
        assert refused.status_code in (400, 403, 409), (name, refused.content)
        assert refused["Content-Type"] == "application/problem+json"
    assert Wish.objects.filter(pk=wish.pk).values().get() == before


WHO = {
    "edit": "author",
    "give-up": "volunteer",
    "claim": "volunteer",
    "fulfil": "volunteer",
    "confirm": "author",
    "reopen": "author",
    "withdraw": "author",
    "answer": "author",
}
HIDDEN_FROM: dict[str, set[State]] = {
    "author": set(),
    "worker": {State.DRAFT},
    "volunteer": {State.DRAFT, State.SUBMITTED, State.VERIFYING},
}
ACTION = {
    "cannot-be-done": Action.CLOSE_CANNOT_BE_DONE,
    "not-ours": Action.CLOSE_NOT_OURS,
    "duplicate": Action.CLOSE_DUPLICATE,
    "question": Action.ASK,
}


@pytest.mark.parametrize("state", list(State))
def test_a_step_that_the_state_does_not_know_is_a_conflict(cast: Cast, state: State) -> None:
    """Asked by the very person whose step it is in other states; what that person cannot see does not exist."""
    wish = IN_STATE[state](cast)
    other = posted(cast, author=cast.stranger, contact_name="李", contact_phone="13800000000")
    callers = {who: Caller(getattr(cast, who)) for who in ("author", "volunteer", "worker")}
    bodies: dict[str, dict[str, object]] = {"transfer": {"to": cast.secretary.pk}, "duplicate": {"of": other.number}}
    tried = 0
    for name in STEPS:
        action = ACTION.get(name) or Action(name.replace("-", "_"))
        if step_for(state, action) is None:
            who = WHO.get(name, "worker")
            expected = 404 if state in HIDDEN_FROM[who] else 409
            refused = callers[who].take(wish, name, **bodies.get(name, {}))
            assert refused.status_code == expected, (name, refused.content)
            tried += 1
    assert tried
    assert Wish.objects.get(pk=wish.pk).state == state


def test_fields_that_are_no_field_are_left_alone(cast: Cast) -> None:
    author = Caller(cast.author)
    body = {"title": "水管", "state": "closed", "number": "2026-0101-0001", "author": cast.stranger.pk, "escalation": 3}
    wish = Wish.objects.get(pk=author.post("drafts/", body).json()["id"])
    assert (wish.title, wish.state, wish.number, wish.author, wish.escalation) == ("水管", "draft", "", cast.author, 0)


def test_an_edit_of_an_outdated_version_is_refused(cast: Cast) -> None:
    wish, author = posted(cast), Caller(cast.author)
    read = author.get(f"{wish.pk}/").json()["version"]
    assert author.take(wish, "edit", version=read).status_code == 200
    refused = author.take(wish, "edit", title="再改", version=read)
    assert (refused.status_code, refused.json()["code"]) == (409, "changed")


def test_a_claim_sent_twice_with_one_key_is_one_claim(cast: Cast) -> None:
    wish, helper = posted(cast), Caller(cast.volunteer)
    answers = [helper.post(f"{wish.pk}/claim/", {}, **{"Idempotency-Key": "c1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["version"] == answers[1].json()["version"]
    assert Claim.objects.count() == 1
    assert helper.post(f"{wish.pk}/claim/", {}).status_code == 409


def test_consent_to_publish_is_asked_before_the_first_wish(cast: Cast) -> None:
    ensure_default_consents()
    author = Caller(cast.author)
    wish = IN_STATE[State.DRAFT](cast)
    refused = author.take(wish, "submit", consent=False)
    assert (refused.status_code, refused.json()["code"]) == (400, "consent_required")
    assert author.take(wish, "submit", consent=True).status_code == 200


def test_missing_fields_are_named(cast: Cast) -> None:
    author = Caller(cast.author)
    wish = services.start_draft(actor=cast.author)
    assert set(author.take(wish, "submit").json()["errors"]) <= {"category", "title"}
    bad = author.take(wish, "save", category="nothing", territory="\x00", contact_phone="abc", quantity=0)
    assert bad.status_code == 400
    assert set(bad.json()["errors"]) == {"category", "territory", "contact_phone", "quantity"}


def test_only_ones_own_unused_photos_can_be_used(cast: Cast) -> None:
    helper, author = Caller(cast.volunteer), Caller(cast.author)
    wish = claimed(cast).wish
    other = upload(author)
    assert helper.take(wish, "fulfil", photos=[other]).json()["code"] == "unknown_photo"
    assert helper.client.get(f"/api/v1/photos/{other}/").status_code == 404
    mine = upload(helper)
    assert helper.client.get(f"/api/v1/photos/{mine}/").json()["state"] == "waiting"
    assert helper.take(wish, "fulfil", photos=[mine, mine]).status_code == 200
    assert Photo.objects.filter(wish_photo__wish=wish).count() == 1


def test_a_file_that_is_no_picture_is_refused_with_a_reason(cast: Cast) -> None:
    fake = SimpleUploadedFile("a.jpg", b"GIF89a<script>alert(1)</script>", content_type="image/jpeg")
    refused = Caller(cast.author).client.post("/api/v1/photos/", {"file": fake}, format="multipart")
    assert (refused.status_code, refused.json()["code"]) == (400, "photo_format")
    assert not Photo.objects.exists()


def test_every_route_that_changes_something_is_among_those_tried_here() -> None:
    assert set(STEPS) <= set(BODIES)
