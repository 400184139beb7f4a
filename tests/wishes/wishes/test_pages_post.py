"""Posting, page by page, as a browser without JavaScript does it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.consents import give_consent, has_consent
from portal.accounts.models import ConsentText, User
from portal.photos.models import Photo
from tests.portal.accounts.factories import ConsentTextFactory
from tests.portal.photos import corpus
from tests.wishes.wishes.factories import SECRET_ADDRESS, Cast, CategoryFactory, drafted, make_cast, posted, special
from tests.wishes.wishes.pages import client_of
from wishes.wishes import services
from wishes.wishes.domain import Kind, State
from wishes.wishes.models import Wish
from wishes.wishes.photos import forget_unused_photos

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
]

NEW = reverse("wish_new")
WHO = {"contact_name": "王桂兰", "contact_phone": "138 1234 5678", "special_group": "", "show_name": "0"}


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def author(cast: Cast) -> Client:
    return client_of(cast.author)


def url(draft: Wish, step: str) -> str:
    return reverse("wish_draft", kwargs={"draft_id": draft.pk, "step": step})


def draft_of(user: User) -> Wish:
    return Wish.objects.get(author=user, state=State.DRAFT)


def test_the_whole_way(cast: Cast, author: Client) -> None:
    posted(cast, author=cast.stranger, title="水管漏水，谁会修")
    page = author.get(NEW).content.decode()
    assert cast.grid.name in page
    assert not Wish.objects.filter(author=cast.author).exists(), "reading the first question begins nothing"

    answer = author.post(NEW, {"territory": cast.grid.code, "place": "北门附近"})
    draft = draft_of(cast.author)
    assert answer["Location"] == url(draft, "what")
    answer = author.post(answer["Location"], {"category": cast.category.code})
    assert answer["Location"] == url(draft, "details")
    answer = author.post(answer["Location"], {"title": "厨房水管漏水", "details": "滴了两天"})
    assert answer["Location"] == url(draft, "similar")
    assert "水管漏水，谁会修" in author.get(answer["Location"]).content.decode()
    answer = author.post(answer["Location"])
    assert answer["Location"] == url(draft, "who")
    answer = author.post(answer["Location"], WHO)
    assert answer["Location"] == url(draft, "check")
    check = author.get(answer["Location"]).content.decode()
    for words in ("厨房水管漏水", "滴了两天", "北门附近", cast.category.name, "138 1234 5678"):
        assert words in check, words
    answer = author.post(url(draft, "check"))
    wish = Wish.objects.get(pk=draft.pk)
    assert wish.state == State.PUBLISHED
    assert answer["Location"] == reverse("wish_posted", args=[wish.number])
    for _ in range(2):
        assert wish.number in author.get(answer["Location"]).content.decode()


def test_somebody_without_a_community_finds_one_by_name(cast: Cast) -> None:
    client = client_of(cast.stranger)
    assert 'name="territory"' not in client.get(NEW).content.decode()
    assert f"?place={cast.community.code}" in client.get(f"{NEW}?q=洲岛").content.decode()
    assert f'value="{cast.grid.code}"' in client.get(f"{NEW}?place={cast.community.code}").content.decode()
    client.post(NEW, {"territory": cast.community.code, "place": ""})
    assert draft_of(cast.stranger).territory == cast.community


def test_a_position_outside_every_grid_keeps_what_was_typed(cast: Cast, author: Client) -> None:
    page = author.post(NEW, {"locate": "1", "longitude": "0.5", "latitude": "0.5", "place": "北门附近"})
    assert page.status_code == 200
    assert "没能认出您在哪个网格" in page.content.decode()
    assert "北门附近" in page.content.decode()
    assert not Wish.objects.filter(author=cast.author).exists()


@pytest.mark.parametrize("position", [{}, {"longitude": "x", "latitude": "1"}, {"longitude": "999", "latitude": "nan"}])
def test_a_position_that_is_none_is_no_error(author: Client, position: dict[str, str]) -> None:
    assert author.post(NEW, {"locate": "1", **position}).status_code == 200


@pytest.mark.parametrize(
    ("step", "data", "words"),
    [
        ("where", {"territory": ""}, "请选心愿在哪个网格"),
        ("where", {"territory": "320105999999"}, "没有找到这个地方"),
        ("where", {"territory": "'; drop"}, "选择一个有效的选项"),
        ("what", {}, "请选一个最接近的类别"),
        ("what", {"category": "no-such"}, "这个类别现在不能选了"),
        ("details", {"title": ""}, "请用一句话写下心愿"),
        ("details", {"title": "长" * 61}, "一句话最多写 60 个字"),
        ("who", {**WHO, "contact_phone": "12"}, "这不像一个电话号码"),
        ("who", {**WHO, "contact_name": ""}, "请写下怎么称呼您"),
    ],
)
def test_what_is_wrong_is_said_clearly(cast: Cast, author: Client, step: str, data: dict[str, str], words: str) -> None:
    draft = drafted(cast)
    response = author.post(url(draft, step), data)
    page = response.content.decode()
    assert response.status_code == 400
    assert "<title>错误：" in page
    if "有效的选项" not in words:
        assert page.count(words) == 2, "in the summary and at the field"


def test_goods_have_an_amount(cast: Cast, author: Client) -> None:
    goods = CategoryFactory(kind=Kind.GOODS)
    draft = drafted(cast, category=goods)
    response = author.post(url(draft, "details"), {"title": "青菜没人买", "quantity": "七千", "unit": "斤"})
    assert response.status_code == 400
    assert "数量只填数字" in response.content.decode()
    author.post(url(draft, "details"), {"title": "青菜没人买", "quantity": "7000", "unit": "斤"})
    draft.refresh_from_db()
    assert (draft.quantity, draft.unit) == (7000, "斤")


def test_photos_stay_when_another_field_is_wrong(cast: Cast, author: Client) -> None:
    draft = drafted(cast)
    files = [corpus.upload(corpus.jpeg(), "一.jpg"), corpus.upload(corpus.heic(), "二.heic")]
    response = author.post(url(draft, "details"), {"title": "", "details": "滴水", "photos": files})
    assert response.status_code == 400
    assert draft.photos.count() == 2
    assert response.content.decode().count("照片正在处理") == 2
    draft.refresh_from_db()
    assert draft.details == "滴水"


def test_one_bad_file_does_not_lose_the_good_one(cast: Cast, author: Client) -> None:
    draft = drafted(cast)
    files = [corpus.upload(corpus.gif(), "动图.png"), corpus.upload(corpus.jpeg(), "好.jpg")]
    response = author.post(url(draft, "details"), {"title": "漏水", "photos": files})
    page = response.content.decode()
    assert response.status_code == 400
    assert page.count("动图.png：只能放照片") == 2
    assert draft.photos.count() == 1


def test_at_most_nine_photos(cast: Cast, author: Client) -> None:
    draft = drafted(cast)
    files = [corpus.upload(corpus.jpeg(40, 20), f"{n}.jpg") for n in range(10)]
    response = author.post(url(draft, "details"), {"title": "漏水", "photos": files})
    assert "最多放9张照片" in response.content.decode()
    assert draft.photos.count() == 9
    assert Photo.objects.count() == 9


def test_photos_can_be_added_first_and_taken_off(cast: Cast, author: Client, media: Path) -> None:
    draft = drafted(cast, title="")
    typed = {"title": "写了一半", "details": ""}
    author.post(url(draft, "details"), {**typed, "add": "1", "photos": corpus.upload(corpus.jpeg())})
    draft.refresh_from_db()
    assert draft.title == "写了一半"
    shown = draft.photos.get()
    author.post(url(draft, "details"), {**typed, "remove": str(shown.pk)})
    assert not draft.photos.exists()
    assert not Photo.objects.exists()


def test_the_draft_keeps_what_is_typed_while_it_is_typed(cast: Cast, author: Client) -> None:
    draft = drafted(cast, title="")
    response = author.post(
        reverse("wish_autosave", args=[draft.pk]), {"title": "写了一半", "details": "长" * 3000, "state": "closed"}
    )
    draft.refresh_from_db()
    assert response.status_code == 204
    assert (draft.title, draft.state) == ("写了一半", State.DRAFT)


def test_nobody_else_sees_a_draft(cast: Cast) -> None:
    draft = drafted(cast)
    for person in (cast.stranger, cast.worker, cast.grid_head):
        client = client_of(person)
        assert client.get(url(draft, "check")).status_code == 404
        assert client.post(reverse("wish_autosave", args=[draft.pk]), {"title": "别人写的"}).status_code == 404
        assert client.post(reverse("wish_discard", args=[draft.pk])).status_code == 404
    draft.refresh_from_db()
    assert draft.title != "别人写的"


def test_changing_an_answer_leads_back_to_the_answers(cast: Cast, author: Client) -> None:
    draft = drafted(cast, draft_step="check")
    assert author.post(url(draft, "details"), {"title": "改了"})["Location"] == url(draft, "check")
    assert author.post(url(draft, "who"), WHO)["Location"] == url(draft, "check")


def test_a_later_page_asks_for_what_is_missing_first(cast: Cast) -> None:
    draft = services.start_draft(actor=cast.stranger)
    client = client_of(cast.stranger)
    assert client.get(url(draft, "details"))["Location"] == url(draft, "where")
    services.save_draft(actor=cast.stranger, wish=draft, territory=cast.grid)
    assert client.get(url(draft, "who"))["Location"] == url(draft, "what")
    assert client.get(url(draft, "no-such")).status_code == 404


def test_sending_something_incomplete_leads_to_the_question(cast: Cast, author: Client) -> None:
    draft = drafted(cast, title="")
    response = author.post(url(draft, "check"))
    page = response.content.decode()
    assert response.status_code == 400
    assert "请用一句话写下心愿" in page
    assert url(draft, "details") in page


def test_consent_to_publish_is_asked_once(cast: Cast, author: Client) -> None:
    text = ConsentTextFactory(kind=ConsentText.Kind.PUBLICATION, title="公开心愿的单独同意")
    draft = drafted(cast)
    assert text.title in author.get(url(draft, "check")).content.decode()
    assert author.post(url(draft, "check")).status_code == 400
    assert author.post(url(draft, "check"), {"consent": "on"}).status_code == 302
    assert has_consent(cast.author, ConsentText.Kind.PUBLICATION)
    assert text.title not in author.get(url(drafted(cast), "check")).content.decode()


def test_sending_twice_makes_one_wish(cast: Cast, author: Client) -> None:
    draft = drafted(cast)
    first, second = author.post(url(draft, "check")), author.post(url(draft, "check"))
    wish = Wish.objects.get(pk=draft.pk)
    assert first["Location"] == reverse("wish_posted", args=[wish.number])
    assert second["Location"] == wish.get_absolute_url()
    assert Wish.objects.filter(author=cast.author).count() == 1


def test_the_confirmation_is_its_authors(cast: Cast) -> None:
    wish = posted(cast)
    page = reverse("wish_posted", args=[wish.number])
    assert client_of(cast.stranger).get(page).status_code == 404
    assert client_of(cast.worker).get(page).status_code == 404


def test_a_draft_can_be_taken_up_or_thrown_away(cast: Cast, author: Client, media: Path) -> None:
    draft = drafted(cast, draft_step="details")
    author.post(url(draft, "details"), {"title": "漏水", "photos": corpus.upload(corpus.jpeg())})
    assert "接着写" in author.get(NEW).content.decode()
    assert author.get(reverse("wish_discard", args=[draft.pk])).status_code == 405
    author.post(reverse("wish_discard", args=[draft.pk]))
    assert not Wish.objects.filter(pk=draft.pk).exists()
    assert not Photo.objects.exists()


def test_a_returned_wish_goes_through_the_questions_again(cast: Cast, author: Client) -> None:
    wish = services.reject_verification(actor=cast.grid_head, wish=special(cast), reason="请补一张照片")
    answer = author.get(wish.get_absolute_url())
    assert answer["Location"] == url(wish, "check")
    assert author.get(answer["Location"]).status_code == 200
    author.post(answer["Location"])
    wish.refresh_from_db()
    assert wish.state == State.VERIFYING


def test_a_cadre_writes_for_a_resident_who_telephones(cast: Cast) -> None:
    client = client_of(cast.worker)
    ConsentTextFactory()
    give_consent(actor=cast.worker, user=cast.worker, kind=ConsentText.Kind.PRIVACY)
    page = reverse("wish_new_for")
    answer = client.post(page, {"legal_name": "赵大妈", "phone": "", "told_by": "visit", "consent": "on"})
    draft = Wish.objects.get(entered_by=cast.worker)
    assert answer["Location"] == url(draft, "where")
    assert draft.author.legal_name == "赵大妈"
    assert draft.author.assisted_by == cast.worker
    assert has_consent(draft.author, ConsentText.Kind.PRIVACY)
    # Where the resident lives is for them to say: the page starts from where the cadre works.
    shown = client.get(answer["Location"]).content.decode()
    assert cast.grid.name in shown
    assert "正在替 赵大妈 填写" in shown


def test_writing_for_a_resident_reads_nothing_of_their_account(cast: Cast) -> None:
    own = drafted(cast, details="只有我自己知道的事")
    client = client_of(cast.other_worker)
    data = {"legal_name": cast.author.legal_name, "phone": str(cast.author.phone), "told_by": "phone", "consent": "on"}
    first = client.post(reverse("wish_new_for"), data)["Location"]
    draft = Wish.objects.get(entered_by=cast.other_worker)
    assert draft.pk != own.pk
    assert cast.community.name not in client.get(first).content.decode()
    client.post(first, {"territory": cast.other_worker.appointments.get().territory.code})
    client.post(url(draft, "what"), {"category": cast.category.code})
    for step in ("details", "who", "check"):
        page = client.get(url(draft, step)).content.decode()
        for secret in (SECRET_ADDRESS, "只有我自己知道的事"):
            assert secret not in page
    assert client_of(cast.author).get(url(draft, "check")).status_code == 404
    assert client_of(cast.author).get(NEW).context["draft"] == own


def test_a_wrong_number_does_not_open_a_neighbours_account(cast: Cast) -> None:
    client = client_of(cast.worker)
    data = {"legal_name": "赵大妈", "phone": str(cast.author.phone), "told_by": "phone", "consent": "on"}
    response = client.post(reverse("wish_new_for"), data)
    assert response.status_code == 400
    page = response.content.decode()
    assert "登记的姓名和您写的不一样" in page
    assert "欧阳" not in page
    assert not Wish.objects.exists()


def test_only_staff_write_for_others(cast: Cast) -> None:
    for person in (cast.author, cast.volunteer, cast.stranger):
        response = client_of(person).get(reverse("wish_new_for"))
        assert response.status_code == 403
        assert "只有工作人员" in response.content.decode()


def test_posting_needs_a_login_that_leads_back(cast: Cast) -> None:
    assert client_of(None).get(NEW)["Location"] == f"{reverse('account_login')}?next={NEW}"


def test_photos_of_a_step_left_half_way_are_forgotten(cast: Cast, author: Client, media: Path) -> None:
    draft = drafted(cast)
    author.post(url(draft, "details"), {"title": "漏水", "photos": corpus.upload(corpus.jpeg())})
    loose = Photo.objects.create(owner=cast.author, purpose="wishes.wish")
    assert forget_unused_photos() == 0
    assert forget_unused_photos(now=timezone.now() + timedelta(days=3)) == 1
    assert not Photo.objects.filter(pk=loose.pk).exists()
    assert draft.photos.count() == 1
