"""Taking steps from pages: each does one thing, says why when it cannot, and loses nothing that was typed."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.photos.models import Photo
from tests.portal.photos import corpus
from tests.wishes.wishes.factories import (
    SECRET_ADDRESS,
    Cast,
    claimed,
    confirmed,
    fulfilled,
    make_cast,
    moderated,
    posted,
    special,
)
from tests.wishes.wishes.pages import client_of
from wishes.wishes import services
from wishes.wishes.domain import End, State
from wishes.wishes.models import AnswerTemplate, Wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def step(wish: Wish, slug: str) -> str:
    return reverse("wish_step", args=[wish.number, slug])


def take(user: Any, wish: Wish, slug: str, **data: Any) -> Any:
    return client_of(user).post(step(wish, slug), data)


def fresh(wish: Wish) -> Wish:
    return Wish.objects.get(pk=wish.pk)


def test_reading_a_step_takes_none(cast: Cast) -> None:
    wish = posted(cast)
    before = Wish.objects.filter(pk=wish.pk).values().get()
    client = client_of(cast.volunteer)
    for slug in ("claim", "give-up", "fulfil", "ask"):
        client.get(step(wish, slug))
    assert Wish.objects.filter(pk=wish.pk).values().get() == before


def test_every_step_needs_its_token(cast: Cast) -> None:
    wish = posted(cast)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client_of(cast.volunteer).cookies
    assert strict.post(step(wish, "claim"), {}).status_code == 403
    assert fresh(wish).state == State.PUBLISHED


def test_from_a_claim_to_stars(cast: Cast) -> None:
    wish = posted(cast)
    assert take(cast.volunteer, wish, "claim", message="下午来")["Location"] == wish.get_absolute_url()
    assert fresh(wish).claimant == cast.volunteer
    take(cast.volunteer, wish, "fulfil", note="换好了")
    assert fresh(wish).state == State.FULFILLED
    take(cast.author, wish, "confirm", speed=5, attitude=4, result=3, comment="谢谢")
    done = fresh(wish)
    assert (done.state, done.end) == (State.CLOSED, End.FULFILLED)
    rating = done.ratings.get()
    assert (rating.speed, rating.attitude, rating.result, rating.comment) == (5, 4, 3, "谢谢")
    take(cast.author, wish, "reopen", reason="又漏了")
    assert fresh(wish).state == State.CLAIMED


def test_giving_up_and_withdrawing(cast: Cast) -> None:
    wish = claimed(cast).wish
    assert take(cast.volunteer, wish, "give-up").status_code == 400
    take(cast.volunteer, wish, "give-up", reason="出差了")
    assert fresh(wish).state == State.PUBLISHED
    take(cast.author, wish, "withdraw")
    assert fresh(wish).end == End.WITHDRAWN


def test_what_staff_do(cast: Cast) -> None:
    verified = special(cast)
    take(cast.grid_head, verified, "verify", note="见到本人，属实")
    assert fresh(verified).state == State.PUBLISHED
    take(cast.worker, verified, "transfer", to=cast.secretary.pk, reason="书记来办")
    take(cast.secretary, verified, "accept-handover")
    assert fresh(verified).responsible == cast.secretary
    before = fresh(verified).due_at
    take(cast.worker, verified, "extend", by="3d", reason="等配件")
    after = fresh(verified).due_at
    assert before
    assert after
    assert after > before
    take(cast.worker, verified, "ask", question="您周六在家吗？")
    assert fresh(verified).waiting_since
    take(cast.author, verified, "answer", answer="在家")
    assert fresh(verified).waiting_since is None
    looked_at = moderated(cast, author=cast.stranger)
    take(cast.worker, looked_at, "publish")
    assert fresh(looked_at).state == State.PUBLISHED


@pytest.mark.parametrize(
    ("slug", "data", "end"),
    [
        ("decline", {"reason": "这是广告"}, End.DECLINED),
        ("close-cannot-be-done", {"reason": "楼体结构不允许"}, End.CANNOT_BE_DONE),
        ("close-not-ours", {"referred_to": "区园林局", "reason": ""}, End.NOT_OURS),
    ],
)
def test_ends_say_why(cast: Cast, slug: str, data: dict[str, str], end: End) -> None:
    wish = posted(cast)
    assert take(cast.worker, wish, slug).status_code == 400
    assert fresh(wish).state == State.PUBLISHED
    assert take(cast.worker, wish, slug, **data).status_code == 302
    assert fresh(wish).end == end


def test_a_duplicate_is_named_by_its_number(cast: Cast) -> None:
    first, second = posted(cast, author=cast.stranger), posted(cast)
    page = client_of(cast.worker).get(step(second, "close-duplicate")).content.decode()
    assert f"?of={first.number}" in page
    response = take(cast.worker, second, "close-duplicate", of="2026-1116-9999")
    assert response.status_code == 400
    assert "没有找到编号 2026-1116-9999" in response.content.decode()
    assert take(cast.worker, second, "close-duplicate", of=second.number).status_code == 400
    take(cast.worker, second, "close-duplicate", of=f" {first.number} ")
    assert fresh(second).duplicate_of == first


def test_whoever_was_slower_hears_who_was_faster_and_keeps_the_words(cast: Cast) -> None:
    wish = posted(cast)
    services.claim_wish(actor=cast.worker, wish=wish)
    open_still = posted(cast, author=cast.stranger, title="还等着的")
    response = take(cast.volunteer, wish, "claim", message="我下午两点就能来")
    page = response.content.decode()
    assert response.status_code == 409
    assert cast.worker.public_name in page
    assert "我下午两点就能来" in page
    assert open_still.title in page
    assert fresh(wish).claimant == cast.worker


def test_who_may_not_is_told_why(cast: Cast) -> None:
    wish = posted(cast)
    response = take(cast.stranger, wish, "claim", message="我来")
    assert response.status_code == 403
    assert "登记成为志愿者" in response.content.decode()
    assert take(cast.volunteer, wish, "decline", reason="不想办").status_code == 403
    assert take(cast.other_worker, wish, "decline", reason="不想办").status_code == 403
    assert take(cast.other_worker, special(cast, author=cast.stranger), "verify", note="x").status_code == 404
    assert fresh(wish).state == State.PUBLISHED


@pytest.mark.parametrize("mark", ["", "0", "6", "5.5", "x"])
def test_stars_are_one_to_five(cast: Cast, mark: str) -> None:
    wish = fulfilled(cast)
    response = take(cast.author, wish, "confirm", speed=mark, attitude=5, result=5, comment="谢谢您")
    assert response.status_code == 400
    assert "谢谢您" in response.content.decode()
    assert fresh(wish).state == State.FULFILLED


def test_fulfilment_wants_a_photo_or_a_word(cast: Cast) -> None:
    wish = claimed(cast).wish
    response = take(cast.volunteer, wish, "fulfil", note="")
    assert response.status_code == 400
    assert "请放一张完成的照片，或者写几句话" in response.content.decode()


def test_photos_of_fulfilment_survive_a_mistake(cast: Cast) -> None:
    wish = claimed(cast).wish
    client = client_of(cast.volunteer)
    files = [corpus.upload(corpus.jpeg(), "好.jpg"), corpus.upload(corpus.svg(), "图.png")]
    response = client.post(step(wish, "fulfil"), {"note": "换好了", "photos": files})
    page = response.content.decode()
    assert response.status_code == 400
    assert "图.png：只能放照片" in page
    assert "换好了" in page
    kept = Photo.objects.get()
    assert str(kept.pk) in page
    assert client.post(step(wish, "fulfil"), {"note": "换好了", "kept": str(kept.pk)}).status_code == 302
    assert fresh(wish).photos.get().photo == kept


def test_photos_of_others_are_not_taken(cast: Cast) -> None:
    wish = claimed(cast).wish
    foreign = Photo.objects.create(owner=cast.stranger, purpose="wishes.wish")
    take(cast.volunteer, wish, "fulfil", note="换好了", kept=[str(foreign.pk), "nonsense"])
    assert not fresh(wish).photos.exists()
    take(
        cast.volunteer,
        claimed(cast, title="又一个").wish,
        "fulfil",
        note="",
        remove=str(foreign.pk),
        kept=str(foreign.pk),
    )
    assert Photo.objects.filter(pk=foreign.pk).exists()


def test_the_contact_is_shown_for_a_reason_and_written_down(cast: Cast) -> None:
    wish = claimed(cast).wish
    page = reverse("wish_contact", args=[wish.number])
    client = client_of(cast.volunteer)
    assert SECRET_ADDRESS not in client.get(page).content.decode()
    assert client.post(page, {"reason": ""}).status_code == 400
    shown = client.post(page, {"reason": "约上门的时间"})
    assert SECRET_ADDRESS in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert "约上门的时间" in client_of(cast.author).get(wish.get_absolute_url()).content.decode()
    for person in (cast.stranger, cast.other_volunteer, cast.other_worker):
        response = client_of(person).post(page, {"reason": "好奇"})
        assert response.status_code == 403
        assert SECRET_ADDRESS not in response.content.decode()
    services.give_up_claim(actor=cast.volunteer, claim=wish.claims.get(), reason="出差")
    again = client.post(page, {"reason": "再看一眼"})
    assert again.status_code in (403, 409)
    assert SECRET_ADDRESS not in again.content.decode()


def test_ready_wordings_fill_the_reason(cast: Cast) -> None:
    here = AnswerTemplate.objects.create(
        purpose="decline", title="广告", text="这是广告，不能公开。", territory=cast.community
    )
    elsewhere = AnswerTemplate.objects.create(
        purpose="decline", title="别处的", text="别处的话", territory=cast.other_worker.appointments.get().territory
    )
    wish = posted(cast)
    client = client_of(cast.worker)
    page = client.get(step(wish, "decline")).content.decode()
    assert here.title in page
    assert elsewhere.title not in page
    filled = client.get(f"{step(wish, 'decline')}?answer={here.pk}").context["form"]
    assert filled.initial["reason"] == here.text
    assert not client.get(f"{step(wish, 'decline')}?answer={elsewhere.pk}").context["form"].initial


def test_staff_act_for_a_resident_and_it_is_written_down(cast: Cast) -> None:
    wish = fulfilled(cast)
    page = client_of(cast.worker).get(step(wish, "confirm")).content.decode()
    assert "您在替 欧阳* 办这一步" in page
    take(cast.worker, wish, "confirm", speed=5, attitude=5, result=5, comment="")
    assert fresh(wish).state == State.CLOSED
    assert "代办" in client_of(cast.author).get(wish.get_absolute_url()).content.decode()


def test_editing_ends_with_the_claim_and_notices_that_somebody_else_edited(cast: Cast) -> None:
    wish = posted(cast)
    page = reverse("wish_edit", args=[wish.number])
    client = client_of(cast.author)
    form = client.get(page).context["form"]
    data = {name: str(form.get_initial_for_field(field, name) or "") for name, field in form.fields.items()}
    assert client.post(page, {**data, "title": "改过的"})["Location"] == wish.get_absolute_url()
    assert fresh(wish).title == "改过的"
    late = client.post(page, {**data, "title": "又改一次"})
    assert late.status_code == 409
    assert "又改一次" in late.content.decode()
    services.claim_wish(actor=cast.volunteer, wish=fresh(wish))
    assert client.get(page).status_code == 409
    assert client_of(cast.stranger).get(page).status_code in (403, 409)


def test_photos_are_for_those_who_see_the_wish(cast: Cast) -> None:
    wish = special(cast)
    client = client_of(cast.author)
    photo = Photo.objects.create(owner=cast.author, purpose="wishes.wish", state="ready")
    wish.photos.create(photo=photo)
    photo.folder.mkdir(parents=True)
    (photo.folder / "thumb.webp").write_bytes(b"RIFF")
    assert client.get(photo.thumb_url).status_code == 200
    assert client_of(cast.grid_head).get(photo.thumb_url).status_code == 200
    for person in (None, cast.stranger, cast.volunteer, cast.other_worker):
        assert client_of(person).get(photo.thumb_url).status_code == 404
    services.verify_wish(actor=cast.grid_head, wish=wish, note="属实")
    assert client_of(None).get(photo.thumb_url).status_code == 200


def test_a_closed_wish_says_so(cast: Cast) -> None:
    response = take(cast.volunteer, confirmed(cast), "claim")
    assert response.status_code == 409
    assert "已办结" in response.content.decode()
