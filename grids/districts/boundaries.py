"""Boundaries of many grids from one file: uploaded, matched by a column, looked at, then drawn in one step."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.districts.events import BoundariesDrawn
from grids.districts.models import BoundaryUpload
from grids.roles.domain import Role
from grids.roles.queries import holds_anywhere, paths_of
from grids.territory.collections import read_layer
from grids.territory.datum import Datum, in_wgs84
from grids.territory.domain import STEP, Level, clean_name
from grids.territory.drawing import Judgement, draw_boundaries, judge
from grids.territory.geometry import Boundary, read_boundary
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record

KEPT = timedelta(days=7)


@dataclass
class Matched:
    """One shape of the file: what its column says, which grid that is, or why it is none."""

    number: int
    text: str
    grid: Territory | None = None
    problem: str = ""
    area: Boundary | None = None


@dataclass
class BoundaryPlan:
    """What the file would draw, matched by one column."""

    column: str
    rows: list[Matched]
    judgements: list[Judgement] = field(default_factory=list)

    @property
    def drawings(self) -> dict[int, Boundary]:
        """By id of the grid, what can be drawn."""
        return {row.grid.pk: row.area for row in self.rows if row.grid is not None and row.area is not None}

    @property
    def is_sound(self) -> bool:
        """Whether something can be drawn and nothing overlaps; shapes that match no grid are left out."""
        return bool(self.drawings) and not any(each.clashes for each in self.judgements)


@transaction.atomic
def upload_boundaries(
    *, actor: User, file: IO[bytes], name: str, size: int, datum: Datum, illustrative: bool = False, community: str = ""
) -> BoundaryUpload:
    """Keeps the shapes of a zipped shapefile or a GeoJSON collection to be looked at.

    `community` narrows names to one community, by its code.

    Raises `Invalid` with its field, `NotAllowed`.
    """
    if not holds_anywhere(actor, {Role.SYSTEM_ADMINISTRATOR}):
        raise NotAllowed(_("只有这个辖区的系统管理员可以修改配置。"))
    place = None
    if community:
        place = Territory.objects.at(Level.COMMUNITY).filter(code=community.strip()).defer("boundary").first()
        if place is None:
            raise Invalid(_("没有编码是“%s”的社区。") % community[:20], field="community")
    layer = read_layer(file, size=size)
    return BoundaryUpload.objects.create(
        uploaded_by=actor,
        community=place,
        file_name=name[:120],
        datum=datum,
        illustrative=illustrative,
        columns=layer.columns,
        shapes=[{"attributes": each.attributes, "geometry": each.geometry} for each in layer.outlines],
    )


def plan_boundaries(actor: User, upload: BoundaryUpload, column: str = "") -> BoundaryPlan:
    """Which grid each shape is by that column, the likeliest one unless told, and how the net would look.

    Raises `Invalid` (field "column") for one that the file has not.
    """
    if column and column not in upload.columns:
        raise Invalid(_("文件里没有这一列。"), field="column")
    found = _Grids(actor, upload)
    chosen = column or max(upload.columns, key=found.hits, default="")
    rows = []
    for number, each in enumerate(upload.shapes, start=1):
        row = Matched(number, str(each["attributes"].get(chosen, "")))
        row.grid, row.problem = found.by(row.text)
        if row.grid is not None:
            try:
                row.area = in_wgs84(read_boundary(each["geometry"]), Datum(upload.datum))
            except Invalid as refused:
                row.problem = str(refused.message)
        rows.append(row)
    _tell_doubles(rows)
    plan = BoundaryPlan(chosen, rows)
    drawings = plan.drawings
    paths = {str(row.grid.path)[: STEP * Level.COMMUNITY] for row in rows if row.grid is not None and row.area}
    for community in Territory.objects.filter(path__in=paths).defer("boundary"):
        plan.judgements.append(judge(community, drawings))
    return plan


class _Grids:
    """The grids of an administrator's places that any column of the file may speak of."""

    def __init__(self, actor: User, upload: BoundaryUpload) -> None:
        self.upload = upload
        texts = {text for each in upload.shapes for text in each["attributes"].values() if text}
        where = Q(pk__in=[])
        for path in paths_of(actor, {Role.SYSTEM_ADMINISTRATOR}):
            where |= Q(path__startswith=path)
        if upload.community is not None:
            where &= Q(path__startswith=upload.community.path)
        names = {clean_name(text) for text in texts}
        rows = Territory.objects.at(Level.GRID).living().filter(where).filter(Q(code__in=texts) | Q(name__in=names))
        self.coded: dict[str, Territory] = {}
        self.named: dict[str, list[Territory]] = {}
        for grid in rows.defer("boundary"):
            self.coded[str(grid.code)] = grid
            self.named.setdefault(str(grid.name), []).append(grid)

    def by(self, text: str) -> tuple[Territory | None, str]:
        """The grid of this code or name, or why there is none."""
        if text in self.coded:
            return self.coded[text], ""
        choices = self.named.get(clean_name(text), [])
        if len(choices) == 1:
            return choices[0], ""
        if choices:
            return None, _("有 %d 个网格都叫这个名字。请用编码那一列，或只选一个社区。") % len(choices)
        return None, _("没有这个编码或名称的网格。") if text else _("这一格是空的。")

    def hits(self, column: str) -> int:
        """How many shapes that column names a grid of."""
        return sum(self.by(each["attributes"].get(column, ""))[0] is not None for each in self.upload.shapes)


def _tell_doubles(rows: list[Matched]) -> None:
    count = Counter(row.grid.pk for row in rows if row.grid is not None)
    for row in rows:
        if row.grid is not None and count[row.grid.pk] > 1:
            row.problem, row.area = _("有几个图形都是这个网格，请先合成一个。"), None


@transaction.atomic
def save_boundaries(*, actor: User, upload: BoundaryUpload, column: str) -> int:
    """Draws what the file has for the grids its column names, all or none; how many changed.

    Raises `Conflict` for what overlaps or was saved already, `Invalid`, `NotAllowed`.
    """
    upload = BoundaryUpload.objects.select_for_update(of=("self",)).select_related("community").get(pk=upload.pk)
    if upload.uploaded_by_id != actor.pk:
        raise NotAllowed(_("这个文件是别人传的，只有本人可以用。"))
    if upload.saved_at is not None or not upload.shapes:
        raise Conflict(_("这个文件已经用过了，需要的话请重新上传。"), code="saved")
    plan = plan_boundaries(actor, upload, column)
    if not plan.drawings:
        raise Invalid(_("没有一个图形对得上网格，请换一列。"), field="column")
    changed = draw_boundaries(actor=actor, drawings=plan.drawings, illustrative=upload.illustrative)
    upload.saved_at, upload.shapes = timezone.now(), []
    upload.save(update_fields=["saved_at", "shapes"])
    record(BoundariesDrawn(upload_id=upload.pk, changed=changed), subject=upload, actor=actor)
    return changed


def forget_uploads(*, now: datetime | None = None) -> int:
    """Removes the shapes of files that nobody used in time; returns how many files that were."""
    old = BoundaryUpload.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).exclude(shapes=[])
    return old.update(shapes=[])


def picture(judgement: Judgement, *, side: int = 480) -> dict[str, Any]:
    """What is needed to draw a community: paths for an SVG of that size, what is new, what overlaps, what is open."""
    areas = [area for _name, area, _new in judgement.outlines]
    west, south = (min(area.bounds[axis] for area in areas) for axis in (0, 1))
    east, north = (max(area.bounds[axis] for area in areas) for axis in (2, 3))
    shrink = 0.77  # how much shorter a degree of longitude is in the middle of the country: near enough for a sketch
    scale = side / max((east - west) * shrink, north - south)

    def path(area: Any) -> str:
        simple = area.simplify((north - south) / 400)
        polygons = getattr(simple, "geoms", [simple])
        rings = [ring for each in polygons if hasattr(each, "exterior") for ring in (each.exterior, *each.interiors)]
        return " ".join(
            "M" + " ".join(f"{(x - west) * shrink * scale:.1f},{(north - y) * scale:.1f}" for x, y in ring.coords) + "Z"
            for ring in rings
        )

    return {
        "name": judgement.community.name,
        "width": round((east - west) * shrink * scale) or 1,
        "height": round((north - south) * scale) or 1,
        "outlines": [{"name": name, "path": path(area), "new": new} for name, area, new in judgement.outlines],
        "clashes": [path(clash.common) for clash in judgement.clashes],
        "holes": [path(hole) for hole in judgement.holes],
    }
