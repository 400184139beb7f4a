"""An incident of the demo that became a wish, which neighbours can do, and a wish that is handled as an incident."""

from datetime import datetime, timedelta

from grids.incidents.models import Incident, IncidentCategory
from grids.incidents.services import take_incident
from portal.accounts.models import User
from portal.outbox.services import drain
from portal.site.demo.stories_incidents import SOFA
from wishes.origins.incidents import INCIDENT
from wishes.origins.raising import photos_of, raise_incident
from wishes.origins.services import make_wish
from wishes.wishes.models import Category, Wish

COVER = "3栋门口的井盖翘了一角，走路会绊脚"


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
    _raise(people, now=now)
    drain()


def _raise(people: dict[str, User], *, now: datetime) -> None:
    """刘建平 files a loose manhole cover as an incident and goes there; its author reads so on the wish."""
    wish = Wish.objects.get(title=COVER)
    road = IncidentCategory.objects.get(code="road-surface")
    incident = raise_incident(
        actor=people["刘建平"],
        wish=wish,
        category=road,
        spot=wish.place,
        photos=[photo.pk for photo in photos_of(wish)],
        at=now - timedelta(hours=3),
    )
    take_incident(actor=people["陈晓雨"], incident=incident, at=now - timedelta(hours=2))
