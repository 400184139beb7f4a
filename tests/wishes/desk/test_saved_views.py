"""Views of the work list: kept under a name, put first, shared with colleagues of the place, nobody else's."""

import pytest
from django.urls import reverse

from portal.errors import Conflict, Invalid, NotAllowed
from tests.portal.api.factories import client_of as program_of
from tests.wishes.wishes.factories import Cast, make_cast
from tests.wishes.wishes.pages import client_of
from wishes.desk import services
from wishes.desk.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def names(cast_member: object) -> list[str]:
    return [view.name for view in services.views_for(cast_member)]  # type: ignore[arg-type]


def test_only_filters_are_kept_and_a_name_is_replaced(cast: Cast) -> None:
    services.save_view(actor=cast.worker, name="超时的", query="show=late&after=2~3&evil=<b>&grid=1")
    view = services.save_view(actor=cast.worker, name=" 超时的 ", query="urgency=day&show=late", pinned=True)
    assert SavedView.objects.count() == 1
    assert (view.query, view.is_pinned) == ("show=late&urgency=day", True)


def test_a_view_is_ones_own_unless_shared_with_the_place(cast: Cast) -> None:
    services.save_view(actor=cast.worker, name="自己的", query="show=mine")
    services.save_view(actor=cast.worker, name="大家的", query="show=late", shared=True)
    assert names(cast.worker) == ["自己的", "大家的"]
    assert names(cast.grid_head) == ["大家的"], "works in a grid of the community"
    assert names(cast.other_worker) == []
    assert names(cast.street_officer) == []


def test_nobody_changes_a_colleagues_view(cast: Cast) -> None:
    view = services.save_view(actor=cast.worker, name="大家的", query="show=late", shared=True)
    with pytest.raises(NotAllowed):
        services.remove_view(actor=cast.grid_head, view=view)
    with pytest.raises(NotAllowed):
        services.pin_view(actor=cast.grid_head, view=view, pinned=True)


def test_a_view_needs_a_name_and_there_is_an_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid):
        services.save_view(actor=cast.worker, name=" ", query="")
    monkeypatch.setattr("wishes.desk.services.saved.MAX_VIEWS", 1)
    services.save_view(actor=cast.worker, name="一", query="")
    services.save_view(actor=cast.worker, name="一", query="show=late")
    with pytest.raises(Conflict):
        services.save_view(actor=cast.worker, name="二", query="")
    with pytest.raises(NotAllowed):
        services.save_view(actor=cast.volunteer, name="一", query="")


def test_on_the_page(cast: Cast) -> None:
    client = client_of(cast.worker)
    desk, views = reverse("wish_desk"), reverse("desk_view_save")
    failed = client.post(f"{views}?show=late", {"name": ""})
    assert failed.status_code == 400
    assert "请给这个视图起个名字" in failed.content.decode()
    kept = client.post(f"{views}?show=late&evil=1", {"name": "超时的", "pinned": "on"})
    assert kept["Location"] == f"{desk}?show=late"
    page = client.get(f"{desk}?show=late").content.decode()
    assert '<a class="pill" href="?show=late" aria-current="true">' in page
    view = SavedView.objects.get()
    client.post(reverse("desk_view", args=[view.pk]), {"pinned": "0"})
    view.refresh_from_db()
    assert not view.is_pinned
    client.post(reverse("desk_view", args=[view.pk]), {"remove": "1"})
    assert not SavedView.objects.exists()


def test_for_programs(cast: Cast) -> None:
    program, address = program_of(cast.worker), reverse("api_desk_views")
    made = program.post(address, {"name": "超时的", "query": "show=late", "shared": True}, format="json")
    assert made.status_code == 201
    assert [view["own"] for view in program_of(cast.grid_head).get(address).json()] == [False]
    one = reverse("api_desk_view_remove", args=[made.json()["id"]])
    assert program_of(cast.grid_head).post(one).status_code == 403
    assert program_of(cast.other_worker).post(one).status_code == 404
    assert program.post(one).status_code == 204
