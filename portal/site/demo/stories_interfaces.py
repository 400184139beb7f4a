"""A wish that came in by telephone: the city's hotline sent it, by the interface for other systems."""

from datetime import datetime

from grids.territory.models import Territory
from portal.accounts.models import User
from portal.site.demo.people import HOME
from portal.site.demo.script import Story, claim, wait
from wishes.open311.receiving import Submission, receive
from wishes.open311.services import open_source
from wishes.wishes.models import Category, Source, Wish

HOTLINE = "12345 政务热线"
INTERFACE_STORIES = (
    Story(
        key="hotline-light",
        who="韩涛",
        place=HOME,
        category="light",
        title="",
        details="洲岛家园北门到公交站一段路灯连着三盏不亮，下夜班走着害怕。\n来电人说已经有四天了。",
        days=4,
        clock="21:40",
        steps=(claim(wait(hours=13), "何小军", "明天一早我去看看是不是跳闸了。"),),
        hotline=True,
    ),
)


def receive_call(story: Story, people: dict[str, User], at: datetime) -> Wish:
    """The call as the hotline's system sends it; the source has no key, so that nobody knows one."""
    source = Source.objects.select_related("territory", "account").filter(name=HOTLINE).first()
    if source is None:
        source = open_source(
            actor=people["韩涛"],
            name=HOTLINE,
            contact="热线值班长",
            phone="025-12345",
            territory=Territory.objects.get(code="320105"),
            at=at,
        )
    submission = Submission(
        category=Category.objects.get(code=story.category),
        address_id=story.place,
        address_string="江心洲街道洲岛家园北门公交站",
        last_name="沈",
        phone="13800019001",
        description=story.details,
    )
    wish, _is_new = receive(source=source, submission=submission, at=at)
    return wish
