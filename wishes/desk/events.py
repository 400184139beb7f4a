"""What happens at the desk, besides what happens to each wish."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("desk.bulk.begun", label=_("批量办理"), visibility=Visibility.AUDIT)
class BulkBegun(Payload):
    """Somebody took one step with many wishes; each wish has an event of its own. The subject is who did it."""

    run: str
    action: str
    wishes: int


@event("desk.export.asked", label=_("导出工单"), visibility=Visibility.AUDIT)
class ExportAsked(Payload):
    """Somebody asked for the work list as a file; with `revealed` for real contacts, the reason being the text."""

    file_format: str
    revealed: bool


@event("desk.entry.checked", label=_("上传了批量代录表"), visibility=Visibility.AUDIT)
class EntryChecked(Payload):
    """Somebody uploaded a spreadsheet of wishes to be entered for residents. The subject is who did it."""

    batch_id: int
    rows: int
    wrong: int


@event("desk.entry.begun", label=_("批量代录"), visibility=Visibility.AUDIT)
class EntryBegun(Payload):
    """The rows without mistakes are being entered; each wish has events of its own."""

    batch_id: int
    rows: int


@event("desk.photo.covered", label=_("遮住了照片里的一部分"), visibility=Visibility.PARTIES)
class PhotoCovered(Payload):
    """Faces or number plates in a photo were painted over; the first picture is gone. The subject is the wish."""

    wish_id: int
    photo_id: int
    boxes: int


@event("desk.photo.reported", label=_("有人说照片拍到了不该公开的"), visibility=Visibility.INTERNAL)
class PhotoReported(Payload):
    """Somebody asks for a photo to be covered. The subject is the wish."""

    wish_id: int
    photo_id: int
    report_id: int


@event("desk.photo.kept", label=_("看过照片，不用遮"), visibility=Visibility.INTERNAL)
class PhotoKept(Payload):
    """Staff looked at a photo that was reported and left it as it is. The subject is the wish."""

    wish_id: int
    photo_id: int
    reports: int
