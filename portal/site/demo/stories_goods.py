"""Stories of the demo: goods met by many, and claims of each tier in the name of a body."""

from portal.site.demo.bodies import CANTEENS, GREEN
from portal.site.demo.people import HOME
from portal.site.demo.script import Step, Story, claim, done, give_up, rate, verify, wait

_STEWARDS = ("宋磊", "吴敏", "林志强", "高洁")


def _canteens() -> tuple[Step, ...]:
    """Thirteen canteens take 7,000 jin within a day, once units may claim, and fetch them within five."""
    parts = [550] * 12 + [400]
    claims = [
        claim(
            wait(hours=50 if number == 0 else 2),
            _STEWARDS[number % len(_STEWARDS)],
            "明早派车去地里拉，按批发价结。" if number == 0 else "",
            part=part,
            body=CANTEENS[number],
        )
        for number, part in enumerate(parts)
    ]
    fetched = [
        done(wait(hours=4), f"{part} 斤拉回食堂，当面过秤结清。", body=CANTEENS[number])
        for number, part in enumerate(parts)
    ]
    return (*claims, *fetched)


GOODS_STORIES = (
    Story(
        "seven-thousand",
        "徐国栋",
        f"{HOME}-2",
        "market",
        "住院期间 7000 斤青菜没人卖",
        "人在医院，地里的菜等不得。想请附近食堂、单位帮忙买一些，价格按批发价。",
        "洲岛家园东边菜地",
        days=12,
        clock="08:12",
        special="seriously_ill",
        amount=(7000, "斤"),
        photos=("vegetables",),
        by="陈晓雨",
        steps=(
            verify(wait(hours=1.5), "到医院和菜地都看过，属实。"),
            *_canteens(),
            rate(wait(hours=10), 5, 5, 5, "五天就卖完了，一棵都没烂。谢谢十三家食堂的师傅！"),
        ),
    ),
    Story(
        "pomelos",
        "李婷",
        f"{HOME}-1",
        "market",
        "老家寄来三百斤柚子，一家人吃不完，便宜分给邻居",
        "红心的，很甜，两块钱一斤，可以送到楼下。",
        "4栋",
        days=2,
        clock="17:40",
        amount=(300, "斤"),
        named=True,
        steps=(
            claim(wait(hours=2), "何小军", "我们楼里拼一拼，要五十斤。", part=50),
            claim(wait(hours=3), "欧阳雪", "给独居老人每家送两个。", part=40),
            claim(wait(hours=1), "吴敏", "", part=60),
            give_up(wait(hours=12), "办公室已经有人买了，就不重复了。", who="吴敏"),
            done(wait(hours=3), "五十斤当天分完了。", who="何小军"),
        ),
    ),
    Story(
        "escort",
        "朱秀珍",
        f"{HOME}-3",
        "clinic",
        "下周二复查眼睛，想有人陪着去",
        "散瞳以后看不清路。",
        "11栋",
        days=5,
        clock="09:10",
        steps=(
            claim(wait(hours=5), "高洁", "队里两个人轮着陪您。", body="洲岛家园“老邻居”志愿服务队"),
            done(wait(days=2), "陪着查完了，医生说恢复得好。"),
        ),
    ),
    Story(
        "after-school",
        "王梅",
        f"{HOME}-1",
        "learning",
        "放学到六点没人管孩子，想有个地方写作业",
        "二年级，很安静。",
        "1栋",
        days=4,
        clock="16:00",
        steps=(claim(wait(hours=26), "宋磊", "四点半课堂还有位子，周一就能来。", body="江洲社会工作服务中心"),),
    ),
    Story(
        "wardrobe",
        "张建华",
        f"{HOME}-2",
        "errand",
        "大衣柜要从七楼搬下来，没有电梯",
        "实木的，很沉。不急，这两周都行。",
        "7栋",
        days=6,
        clock="10:20",
        steps=(claim(wait(hours=50), "林志强", "师傅们周五下午带绳子来。", body="洲岛物业服务公司"),),
    ),
    Story(
        "left-over",
        "萧美珍",
        f"{GREEN}-1",
        "visit",
        "想带婆婆坐一次过江的轮渡",
        "婆婆九十一岁，年轻时每天坐轮渡上班，想再看看江。",
        "绿园1栋",
        days=5,
        clock="09:30",
        named=True,
    ),
)
