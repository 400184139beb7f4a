"""Stories of the demo: the everyday of the months before, so that the statistics have something to tell."""

from collections.abc import Iterator

from portal.site.demo.people import EGRET, HOME, SPRING
from portal.site.demo.script import Step, Story, cannot, claim, done, rate, wait, withdraw

HELPERS = {HOME: ("何小军", "林志强", "欧阳雪"), EGRET: ("曹阳",), SPRING: ("苏文娟",)}
AUTHORS = {HOME: ("王梅", "张建华", "徐国栋", "冯涛", "李婷"), EGRET: ("谢桂英", "罗勇"), SPRING: ("程宝山", "魏长河")}
# category, what is wished, what is said when it is done
EVERYDAY = (
    ("repair", "阳台晾衣杆卡住了，升降不了", "滑轮缠了线，理顺以后升降都正常。"),
    ("errand", "快递太重，想请人搬到五楼", "两趟搬完，放在门口鞋柜边上。"),
    ("repair", "卧室开关一按就跳闸", "开关受潮，换了一个新的。"),
    ("learning", "想学用手机挂号", "陪着挂了一次，步骤写在纸上了。"),
    ("company", "妈妈一个人在家，想有人陪着说说话", "下午陪阿姨走了两圈，聊得挺高兴。"),
    ("repair", "马桶水箱一直流水", "浮球卡住了，调好以后不流了。"),
)
# How many days ago, in which community; every seventh ends otherwise.
DAYS = {HOME: tuple(range(42, 106, 4)), EGRET: tuple(range(44, 108, 9)), SPRING: tuple(range(43, 100, 8))}
STARS = ((5, 5, 5), (5, 4, 5), (3, 3, 4), (4, 5, 4))


def _stories() -> Iterator[Story]:
    for community, days in DAYS.items():
        for number, ago in enumerate(days):
            category, title, note = EVERYDAY[number % len(EVERYDAY)]
            helper = HELPERS[community][number % len(HELPERS[community])]
            steps: tuple[Step, ...] = (
                claim(wait(hours=2 + number % 9), helper, "我来看看。"),
                done(wait(hours=20 + number), note),
                rate(wait(hours=10), *STARS[number % len(STARS)]),
            )
            if number % 7 == 3:
                steps = (cannot(wait(hours=30), "这件事要房东同意，我们陪着问过，暂时办不了。"),)
            elif number % 7 == 5:
                steps = (withdraw(wait(hours=5), "自己弄好了。"),)
            yield Story(
                f"everyday-{community}-{ago}",
                AUTHORS[community][number % len(AUTHORS[community])],
                f"{community}-1",
                category,
                title,
                "平时不急，方便的时候来看看就行。",
                days=ago,
                clock=f"{9 + number % 8:02d}:20",
                steps=steps,
            )


EVERYDAY_STORIES = tuple(_stories())
