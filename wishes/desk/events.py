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
