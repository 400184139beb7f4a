"""A poster of a grid to hang in the stairwell: who serves here, whom to call, and a code that leads to a wish.

The code's address holds the grid's number of the day. It is static: after a new number or a merge the old one still
leads to the present grid.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.directory.page import staff_of
from grids.roles.policies import RESIDENCY_DECIDERS
from grids.roles.queries import holds
from grids.territory.domain import Level
from grids.territory.models import Grid, Territory
from grids.territory.policies import may_configure
from portal.accounts.models import User
from portal.errors import Invalid, NotAllowed
from portal.jobs.models import Job
from portal.jobs.registry import job_kind
from portal.jobs.running import Run
from portal.jobs.services import start_job
from portal.paper import qr_svg, render_pdf

POSTERS = "grids.posters"
MOST_AT_ONCE = 300
TEMPLATE = "grids/directory/poster_paper.html"


def poster_address(grid: Territory) -> str:
    """What the code says: the form for a wish in this grid, also for who is not signed in."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse('grid_wish', args=[grid.code])}"


def poster_of(grid: Territory) -> dict[str, Any]:
    """What stands on the poster of one grid; private numbers never do."""
    address = poster_address(grid)
    return {
        "place": grid,
        "community": grid.ancestor_at(Level.COMMUNITY),
        "details": Grid.objects.filter(territory=grid).first(),
        "staff": staff_of(grid),
        "address": address,
        "code": qr_svg(address, label=_("扫一扫，在这里许愿")),
    }


@transaction.atomic
def ask_posters(*, actor: User, grids: Sequence[Territory]) -> Job:
    """Asks for the posters of these grids as one file. Raises NotAllowed, Invalid, Conflict."""
    if not grids:
        raise Invalid(_("请先选要做海报的网格。"), code="required", field="grids")
    if len(grids) > MOST_AT_ONCE:
        raise Invalid(_("一次最多做 %(most)s 张，请分几次。") % {"most": MOST_AT_ONCE}, code="too_many", field="grids")
    for grid in grids:
        if not (may_configure(actor, grid) or holds(actor, RESIDENCY_DECIDERS, grid)):
            raise NotAllowed(_("只有这里的工作人员和系统管理员可以成批做海报。"))
    return start_job(actor=actor, kind=POSTERS, params={"grids": [grid.pk for grid in grids]})


@job_kind(POSTERS, label=gettext_lazy("做网格海报"))
def make_posters(run: Run) -> None:
    """One file with a page for each grid that still is one."""
    found = Territory.objects.living().at(Level.GRID).filter(pk__in=run.params["grids"]).order_by("path")
    grids = list(found.defer("boundary"))
    run.expect(len(grids))
    posters = []
    for grid in grids:
        posters.append(poster_of(grid))
        run.advance()
    with run.result(_("网格海报.pdf"), content_type="application/pdf") as out:
        out.write(render_pdf(TEMPLATE, {"posters": posters}))
