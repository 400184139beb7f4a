"""What happens at the desk, besides what happens to each wish."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("desk.bulk.begun", label=_("批量办理"), visibility=Visibility.AUDIT)
class BulkBegun(Payload):
    """Somebody took one step with many wishes; each wish has an event of its own. The subject is who did it."""

    run: str
    action: str
    wishes: int
