"""What the page of a wish shows of the request it came in by: to the staff of the place, and to nobody else."""

from django.http import HttpRequest

from portal.panels import Panel
from wishes.open311.models import Report
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_handler
from wishes.wishes.views.access import viewer_of
from wishes.wishes.views.panels import Slot, panel


@panel(Slot.BELOW, position=60)
def report_panel(request: HttpRequest, wish: Wish) -> Panel | None:
    """Where the attachment lies, as text: whoever opens it does so knowingly, and we never fetch it."""
    if wish.source_id is None or not is_handler(viewer_of(request), wish):
        return None
    report = Report.objects.filter(wish=wish).first()
    if report is None or not report.media_url:
        return None
    return Panel("open311/report.html", {"report": report, "source": wish.source})
