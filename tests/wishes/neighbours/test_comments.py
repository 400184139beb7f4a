"""Comments: who may say something, what staff do about it, and what the writer can do then."""

from datetime import timedelta

import pytest

from grids.roles.domain import Role
from portal.accounts.erasure import erase_user
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed, TooOften
from portal.notifications.models import Notice
from portal.outbox.services import drain
from tests.grids.roles.factories import make_staff
from tests.wishes.neighbours.factories import neighbour_of
from tests.wishes.wishes.api_calls import Caller
from tests.wishes.wishes.factories import MONDAY, Cast, make_cast, moderated, posted
from tests.wishes.wishes.pages import client_of
from tests.wishes.wishes.test_leaving import places_with
from wishes.neighbours import services
from wishes.neighbours.domain import CommentState
from wishes.neighbours.models import Comment, CommentAppeal
from wishes.neighbours.receivers import neighbourhood_of
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db
WORDS = "我家也有一盏这样的灯，可以一起买。"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def wish(cast: Cast) -> Wish:
    return posted(cast)


@pytest.fixture
def writer(cast: Cast) -> User:
    return neighbour_of(cast)


@pytest.fixture
def comment(wish: Wish, writer: User) -> Comment:
    return services.write_comment(actor=writer, wish=wish, text=WORDS)


def told(kind: str) -> list[int]:
    drain()
    return sorted(Notice.objects.filter(kind=kind).values_list("recipient_id", flat=True))


def test_verified_people_may_comment_and_others_are_told_how(cast: Cast, wish: Wish) -> None:
    for person in (cast.author, neighbour_of(cast), cast.volunteer, cast.worker):
        services.write_comment(actor=person, wish=wish, text=WORDS)
    for person in (cast.stranger, cast.other_volunteer):
        with pytest.raises(NotAllowed, match="确认了您的住址"):
            services.write_comment(actor=person, wish=wish, text=WORDS)
    with pytest.raises(Conflict):
        services.write_comment(actor=cast.worker, wish=moderated(cast), text=WORDS)
    for text in ("", " \n ", "长" * 301):
        with pytest.raises(Invalid):
            services.write_comment(actor=cast.worker, wish=wish, text=text)
    assert told("wishes.commented") == [cast.author.pk] * 3


def test_five_in_ten_minutes_are_enough(wish: Wish, writer: User) -> None:
    for _ in range(5):
        services.write_comment(actor=writer, wish=wish, text=WORDS, at=MONDAY)
    with pytest.raises(TooOften):
        services.write_comment(actor=writer, wish=wish, text=WORDS, at=MONDAY + timedelta(minutes=9))
    services.write_comment(actor=writer, wish=wish, text=WORDS, at=MONDAY + timedelta(minutes=11))


def test_a_report_reaches_the_staff_once_and_settles_when_they_have_looked(cast: Cast, comment: Comment) -> None:
    assert services.report_comment(actor=cast.stranger, comment=comment, reason="rude")
    assert not services.report_comment(actor=cast.stranger, comment=comment, reason="untrue")
    assert told("wishes.comment_reported") == sorted([cast.worker.pk, cast.secretary.pk])
    queue = client_of(cast.worker).get("/wishes/comments/").content.decode()
    assert WORDS in queue
    assert WORDS not in client_of(cast.other_worker).get("/wishes/comments/").content.decode()
    assert client_of(cast.stranger).get("/wishes/comments/").status_code == 403

    services.keep_comment(actor=cast.worker, comment=comment)

    assert WORDS not in client_of(cast.worker).get("/wishes/comments/").content.decode()
    with pytest.raises(NotAllowed):
        services.keep_comment(actor=cast.other_worker, comment=comment)


def test_hidden_told_appealed_and_decided_by_somebody_else(cast: Cast, comment: Comment, writer: User) -> None:
    services.hide_comment(actor=cast.worker, comment=comment, reason="写了邻居的电话")
    assert told("wishes.comment_hidden") == [writer.pk]
    assert WORDS not in client_of(None).get(f"{comment.wish.get_absolute_url()}comments/").content.decode()
    page = client_of(writer).get(f"/wishes/comments/{comment.pk}/").content.decode()
    assert "写了邻居的电话" in page
    assert "申诉" in page
    assert client_of(cast.stranger).get(f"/wishes/comments/{comment.pk}/").status_code == 404

    services.appeal_comment(actor=writer, comment=comment, words="那是居委会的电话。")
    with pytest.raises(Conflict):
        services.appeal_comment(actor=writer, comment=comment, words="再说一次。")
    assert cast.worker.pk not in told("wishes.comment_appealed")
    with pytest.raises(NotAllowed, match="另一位同志"):
        services.decide_appeal(actor=cast.worker, comment=comment, show_again=True, answer="好的。")

    other = make_staff(Role.COMMUNITY_WORKER, cast.community)
    services.decide_appeal(actor=other, comment=comment, show_again=True, answer="确实是公开的电话，已经恢复。")

    assert told("wishes.comment_appeal_decided") == [writer.pk]
    assert WORDS in client_of(None).get(comment.wish.get_absolute_url()).content.decode()


def test_who_leaves_leaves_no_words_and_takes_a_copy_along(cast: Cast, comment: Comment, writer: User) -> None:
    services.hide_comment(actor=cast.worker, comment=comment, reason="说了什么")
    services.appeal_comment(actor=writer, comment=comment, words="金丝雀也要说话。")
    copy = neighbourhood_of(writer)["comments"]
    assert (copy[0]["text"], copy[0]["appeal"]) == (WORDS, "金丝雀也要说话。")

    erase_user(actor=writer, user=writer)

    assert places_with("金丝雀") == set()
    assert places_with(WORDS) == set()
    assert Comment.objects.get().state == CommentState.TAKEN_BACK
    assert CommentAppeal.objects.get().words == ""


def test_nobody_reads_what_was_taken_back(cast: Cast, comment: Comment, writer: User) -> None:
    with pytest.raises(NotAllowed):
        services.take_back_comment(actor=cast.worker, comment=comment)
    client_of(writer).post(f"/wishes/comments/{comment.pk}/remove/")
    assert places_with(WORDS) == set()
    assert client_of(writer).get(f"/wishes/comments/{comment.pk}/").status_code == 404


def test_the_page_keeps_what_was_typed_and_escapes_it(cast: Cast, wish: Wish, writer: User) -> None:
    address = f"{wish.get_absolute_url()}comments/"
    refused = client_of(cast.stranger).post(address, {"text": WORDS})
    assert refused.status_code == 403
    assert WORDS in refused.content.decode()
    assert client_of(writer).post(address, {"text": ""}).status_code == 400
    assert client_of(writer).post(address, {"text": "<script>alert(1)</script>"}).status_code == 302
    page = client_of(None).get(address).content.decode()
    assert "<script>alert(1)" not in page
    assert "alert(1)" in page
    assert writer.public_name in page


def test_by_the_api(cast: Cast, wish: Wish, writer: User) -> None:
    written = Caller(writer).post(f"{wish.pk}/comments/", {"text": WORDS})
    assert written.status_code == 201
    assert Caller(None).get(f"{wish.pk}/comments/").json()["results"][0]["text"] == WORDS
    assert Caller(cast.stranger).post(f"{wish.pk}/comments/", {"text": WORDS}).status_code == 403
    key = written.json()["id"]
    staff = Caller(cast.worker).client
    hidden = staff.post(f"/api/v1/wish-comments/{key}/hide/", {"reason": "广告"}, format="json")
    assert (hidden.status_code, hidden.json()["state"]) == (200, "hidden")
    assert staff.post(f"/api/v1/wish-comments/{key}/hide/", {"reason": "广告"}, format="json").status_code == 409
    assert Caller(None).get(f"{wish.pk}/comments/").json()["results"] == []
