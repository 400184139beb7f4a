"""What happens to imports of a district."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.districts.checked", label=_("检查了要导入的表"), visibility=Visibility.AUDIT)
class ImportChecked(Payload):
    import_id: int
    rows: int
    wrong: int


@event("grids.districts.faults_taken", label=_("下载了要改的表"), visibility=Visibility.AUDIT)
class FaultsTaken(Payload):
    import_id: int
    rows: int


@event("grids.districts.begun", label=_("开始导入"), visibility=Visibility.AUDIT)
class ImportBegun(Payload):
    import_id: int
    part: str
    rows: int


@event("grids.districts.ran", label=_("导入了网格和人员"), visibility=Visibility.AUDIT)
class ImportRan(Payload):
    import_id: int
    part: str
    made: int
    refused: int


@event("grids.districts.undo_begun", label=_("要求撤销导入"), visibility=Visibility.AUDIT)
class UndoBegun(Payload):
    import_id: int


@event("grids.districts.undone", label=_("撤销了导入"), visibility=Visibility.AUDIT)
class ImportUndone(Payload):
    import_id: int
    places: int
    appointments: int
    accounts: int
    kept: int
    told: tuple[int, ...]


@event("grids.districts.boundaries_drawn", label=_("批量划定网格边界"), visibility=Visibility.AUDIT)
class BoundariesDrawn(Payload):
    upload_id: int
    changed: int
