"""Stories of the demo in which it has to be settled who answers for a wish, and how it really was."""

from portal.site.demo.people import HOME
from portal.site.demo.script import Story, accept, claim, decide, done, object_to, rate, refuse, wait

HANDLING_STORIES = (
    Story(
        "gutter",
        "孙德福",
        f"{HOME}-2",
        "facility",
        "9栋后面的排水沟堵了，一下雨水漫到楼道口",
        "盖板下面都是泥，夏天还有蚊子。",
        "9栋后面",
        days=12,
        clock="08:40",
        steps=(
            object_to(wait(hours=3), "排水沟归街道的管网养护，社区没有设备。", to="周明远", by="陈晓雨"),
            refuse(wait(hours=4), "周明远", "主管网归街道，小区里的支沟先由社区清掏。"),
            decide(wait(hours=3), "周明远", "查过图纸，是市政支沟，街道来办。", to="周明远"),
            claim(wait(days=1), "周明远", "养护队周四进场。"),
            done(wait(days=3), "清掏四十米，换了两块盖板。", by="周明远"),
            rate(wait(days=1), 4, 5, 5, "雨天再也不用踩水了。"),
        ),
    ),
    Story(
        "wall",
        "张建华",
        f"{HOME}-2",
        "light",
        "小区东墙外的路灯杆歪了，怕倒",
        "底座的螺丝松了两颗。",
        "东墙外",
        days=3,
        clock="10:10",
        steps=(object_to(wait(hours=2), "灯杆在墙外，不在我们网格里，请上一级来定。", by="马秀兰"),),
    ),
    Story(
        "ramp",
        "孙德福",
        f"{HOME}-1",
        "facility",
        "想在3栋门口加一段轮椅坡道",
        "楼上有两位坐轮椅的老人，出门要人抬。",
        "3栋门口",
        days=4,
        clock="15:30",
        steps=(
            object_to(wait(hours=2), "加坡道要业主同意，请书记牵头。", to="许静", by="陈晓雨"),
            accept(wait(hours=3), "许静"),
        ),
    ),
)
