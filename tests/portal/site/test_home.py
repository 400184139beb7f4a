"""The first page shows each person what they came for, and nothing of anybody else's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grids.roles.domain import Role
from grids.roles.models import Appointment, Residency
from portal.accounts.models import User
from portal.deadlines.years import enter_year
from portal.site.contacts import SERVICE_PHONE
from tests.grids.roles.factories import PersonFactory, ResidencyFactory, make_resident, make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, DistrictFactory, GridFactory
from tests.portal.site.factories import page, signed_in
from tests.wishes.wishes.factories import SECRET_NAME, Cast, CategoryFactory, confirmed, make_cast, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_visitor_sees_what_this_is_and_what_waits(client: Client, cast: Cast) -> None:
    wish = posted(cast)
    html = page(client, "/")
    assert "有事，说给邻里听" in html
    assert wish.title in html
    assert reverse("account_login") in html
    assert SECRET_NAME not in html


def test_a_visitor_of_an_empty_portal_is_told_what_to_do(client: Client) -> None:
    html = page(client, "/")
    assert "现在没有等人认领的心愿" in html
    assert reverse("wish_new") in html


def test_a_resident_sees_own_and_near_wishes(cast: Cast) -> None:
    own = posted(cast, title="我家的灯不亮了")
    neighbour = make_resident(cast.community)
    near = posted(cast, author=neighbour, title="想借一把梯子")
    html = page(signed_in(cast.author), "/")
    assert "您好，桂芳阿姨" in html
    assert cast.community.name in html
    assert html.index(own.title) < html.index("身边的心愿") < html.index(near.title)
    assert html.count(own.title) == 1, "one's own wish is not repeated among those near by"


@pytest.mark.parametrize("narrow", ["grid", "building"])
def test_a_resident_is_told_street_and_grid(cast: Cast, narrow: str) -> None:
    building = BuildingFactory(grid=cast.grid) if narrow == "building" else cast.grid
    Residency.objects.filter(user=cast.author).update(building=building)
    html = page(signed_in(cast.author), "/about/")
    header = html.split("<header")[1].split("</header>")[0]
    assert cast.community.name in header
    assert cast.grid.name in header
    assert "街道 · " in header


def test_a_resident_sees_no_wish_of_another_community_near_by(cast: Cast) -> None:
    posted(cast, title="别处的心愿")
    elsewhere = make_resident(CommunityFactory(code="320105004003"))
    assert "别处的心愿" not in page(signed_in(elsewhere), "/")


def test_all_of_ones_wishes_are_counted(cast: Cast) -> None:
    for _ in range(3):
        confirmed(cast)
    assert "全部 3 个" in page(signed_in(cast.author), "/")


def test_somebody_without_a_community_is_asked_for_it(cast: Cast) -> None:
    html = page(signed_in(cast.stranger), "/")
    assert reverse("residency_choose") in html


def test_somebody_whose_request_waits_is_not_asked_again(cast: Cast) -> None:
    ResidencyFactory(user=cast.stranger, community=cast.community)
    html = page(signed_in(cast.stranger), "/")
    assert reverse("residency_choose") not in html
    assert "您的住户申请已经交给社区" in html


def test_parts_that_are_not_open_are_no_links(client: Client) -> None:
    micros = page(client, "/").split('class="micros"')[1].split("</nav>")[0]
    assert micros.count("即将开放") == 4
    assert micros.count("<a ") == 1


def test_a_cadre_sees_the_late_first_then_what_is_due_today(cast: Cast) -> None:
    now = timezone.now()
    titles = {"后天的事": timedelta(days=2), "超时的事": -timedelta(hours=3)}
    for title, due in titles.items():
        wish = posted(cast, title=title)
        wish.due_at = now + due
        wish.save(update_fields=["due_at"])
    html = page(signed_in(cast.worker), "/")
    assert html.index("超时的事") < html.index("后天的事")
    assert 'class="rail"' in html
    assert reverse("wish_desk") in html


def test_a_cadre_of_another_community_has_an_empty_list(cast: Cast) -> None:
    posted(cast, title="别处的心愿")
    html = page(signed_in(cast.other_worker), "/")
    assert "别处的心愿" not in html
    assert "手上没有要办的心愿" in html


def test_a_supervisor_reads_without_a_desk(cast: Cast) -> None:
    posted(cast, title="要看的心愿")
    html = page(signed_in(cast.supervisor), "/")
    assert "要看的心愿" in html
    assert reverse("wish_desk") not in html


def test_residency_requests_are_counted_for_those_who_decide(cast: Cast) -> None:
    ResidencyFactory(user=PersonFactory(), community=cast.community)
    assert "等您确认" in page(signed_in(cast.worker), "/")
    assert "等您确认" not in page(signed_in(cast.grid_head), "/")
    assert "等您确认" not in page(signed_in(cast.other_worker), "/")


@pytest.fixture
def administrator() -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


def test_an_administrator_sees_what_is_missing(administrator: User) -> None:
    grid = GridFactory(community=CommunityFactory())
    html = page(signed_in(administrator), "/")
    for words in ("没有网格长的网格", "没有画边界的网格", "没有工作人员的社区", "还没有心愿类别"):
        assert words in html.split("这些都好")[0]
    assert grid.name in html


def test_an_administrator_sees_nothing_missing_when_all_is_there(administrator: User) -> None:
    community = CommunityFactory()
    grid = GridFactory(community=community)
    grid.boundary = {
        "type": "Polygon",
        "coordinates": [[[118.7, 32.0], [118.71, 32.0], [118.71, 32.01], [118.7, 32.0]]],
    }
    grid.save()
    make_staff(Role.GRID_HEAD, grid)
    make_staff(Role.COMMUNITY_WORKER, community)
    CategoryFactory()
    enter_year(actor=administrator, year=timezone.localdate().year + 1, days={}, source="国办发明电", at=timezone.now())
    assert "都配置好了" in page(signed_in(administrator), "/")


def test_an_administrator_of_another_district_sees_no_gap_here() -> None:
    GridFactory(community=CommunityFactory())
    CategoryFactory()
    elsewhere = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory(code="120101"))
    enter_year(actor=elsewhere, year=timezone.localdate().year + 1, days={}, source="国办发明电", at=timezone.now())
    assert "都配置好了" in page(signed_in(elsewhere), "/")


def test_the_secretary_is_one_call_away(cast: Cast) -> None:
    Appointment.objects.filter(user=cast.secretary).update(public_phone="025-8651 2345")
    html = page(signed_in(cast.author), reverse("secretary"))
    assert cast.secretary.legal_name in html
    assert 'href="tel:02586512345"' in html
    assert str(cast.secretary.phone) not in html, "only the published number is shown"


def test_the_secretary_of_another_community_is_not_shown(cast: Cast) -> None:
    elsewhere = make_resident(CommunityFactory(code="320105004003"))
    assert cast.secretary.legal_name not in page(signed_in(elsewhere), reverse("secretary"))


def test_a_visitor_is_asked_where_they_live_before_a_secretary_is_named(client: Client, cast: Cast) -> None:
    html = page(client, reverse("secretary"))
    assert cast.secretary.legal_name not in html
    assert reverse("grid_finder") in html


def test_the_elder_home_calls_the_grid_head_else_the_community(cast: Cast) -> None:
    cast.author.elder_mode = True
    cast.author.save()
    client = signed_in(cast.author)
    assert "打电话请人代填" not in page(client, "/")
    cast.community.settings.create(key=SERVICE_PHONE, value="025-8651 0000")
    assert 'href="tel:02586510000"' in page(client, "/")


@pytest.mark.parametrize("role", ["author", "worker", "grid_head"])
def test_a_home_asks_few_questions_of_the_database(
    cast: Cast, role: str, django_assert_max_num_queries: object
) -> None:
    for n in range(6):
        posted(cast, author=make_resident(cast.community), title=f"心愿 {n}")
    posted(cast)
    client = signed_in(getattr(cast, role))
    page(client, "/")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page(client, "/")
