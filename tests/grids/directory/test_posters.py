"""A poster leads to a wish in its grid, also after another number; and many are made in one file."""

import pytest
from django.test import Client
from django.urls import reverse

from grids.directory.posters import ask_posters, poster_address
from grids.lineage.services import renumber_grids
from grids.roles.domain import Role
from grids.territory.models import Territory
from portal.errors import NotAllowed
from portal.jobs.models import Job
from portal.jobs.running import run_next
from tests.grids.roles.factories import AppointmentFactory, make_resident, make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, GridFactory, square
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db


def test_the_address_on_paper_stays_when_the_number_changes(client: Client) -> None:
    community, admin = CommunityFactory(), make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    GridFactory(code=f"{community.code}002", boundary=square(118.69, 32.0))
    grid = GridFactory(code=f"{community.code}001", boundary=square(118.7, 32.0), name="东网格")
    on_paper = poster_address(grid).removeprefix("http://127.0.0.1:8000")
    renumber_grids(actor=admin, community=community, reason="从西到东")
    grid.refresh_from_db()
    answer = client.get(on_paper)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/wishes/new/?grid={grid.code}")
    # Who is not signed in signs in first and then stands before the form.
    assert "next" in client.get(on_paper, follow=True).redirect_chain[-1][0]
    resident = make_resident(community)
    page = enter(client, resident).get(on_paper, follow=True)
    assert page.context["form"].initial["territory"] == grid.code
    assert client.get(reverse("grid_wish", args=[f"{community.code}999"])).status_code == 404


def test_a_poster_says_who_serves_and_whom_to_call(client: Client) -> None:
    grid = GridFactory(name="东网格", supervision_phone="025-5550 0001", area_description="东至环岛路")
    AppointmentFactory(role=Role.GRID_HEAD, territory=grid, user__legal_name="陈国平", public_phone="025-1")
    page = client.get(reverse("grid_poster", args=[grid.code])).content.decode()
    for words in ("东网格", "陈国平", "025-1", "025-5550 0001", "东至环岛路", f"/grids/{grid.code}/wish/", "<svg"):
        assert words in page
    answer = client.get(reverse("grid_poster", args=[grid.code]), {"as": "pdf"})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_posters_of_a_community_are_one_file(client: Client) -> None:
    community, admin = CommunityFactory(), make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    grids = [GridFactory(), GridFactory()]
    browser = enter(client, admin, second_factor=True)
    answer = browser.post(reverse("api_posters", args=[community.code]))
    assert answer.status_code == 202
    assert run_next()
    job = Job.objects.get()
    assert (job.total, job.state) == (2, "done")
    chosen = {"action": "make_posters", "_selected_action": [grids[0].grid.pk]}
    assert browser.post(reverse("admin:grids_grid_changelist"), chosen).status_code == 302
    assert Job.objects.count() == 2
    with pytest.raises(NotAllowed):
        ask_posters(actor=make_staff(Role.GRID_HEAD, grids[0]), grids=list(Territory.objects.filter(pk=grids[0].pk)))
