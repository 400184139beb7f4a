"""An incident of the demo that became a wish: no department comes for it, but neighbours have hands."""

from datetime import datetime, timedelta

from grids.incidents.models import Incident
from portal.accounts.models import User
from portal.outbox.services import drain
from portal.site.demo.stories_incidents import SOFA
from wishes.origins.incidents import INCIDENT
from wishes.origins.services import make_wish
from wishes.wishes.models import Category


def make_wishes(people: dict[str, User], *, now: datetime) -> None:
    """孙丽 turns the report of 李婷 into a wish in her name."""
    incident = INCIDENT.find(Incident.objects.get(spot=SOFA).pk)
    assert incident is not None
    make_wish(
        actor=people["孙丽"],
        source=INCIDENT,
        subject=incident,
        who=str(people["李婷"].pk),
        title="帮楼上老人把旧沙发搬下楼",
        details="沙发卡在三楼楼道里，要两个人抬。下班以后都可以。",
        category=Category.objects.get(code="errand"),
        territory=incident.territory,
        place="2栋",
        consent=True,
        at=now - timedelta(hours=5),
    )
    drain()
