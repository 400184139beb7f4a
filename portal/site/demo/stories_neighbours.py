"""Stories of the demo in which neighbours gather around a wish: follow it, need the same, talk about it."""

from datetime import timedelta

from portal.site.demo.people import HOME
from portal.site.demo.script import Scene, Step, Story, claim, done, duplicate, rate, wait
from wishes.neighbours import services
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.models import Comment


def joined_by(after: timedelta, *who: str, kind: InterestKind = InterestKind.ME_TOO) -> Step:
    """Neighbours who need the same, or only follow."""

    def act(s: Scene) -> object:
        return [services.add_interest(actor=s.people[name], wish=s.wish, kind=kind, at=s.at) for name in who]

    return Step(after, act)


def followed_by(after: timedelta, *who: str) -> Step:
    """Neighbours who want to know how it goes on."""
    return joined_by(after, *who, kind=InterestKind.FOLLOW)


def says(after: timedelta, who: str, words: str) -> Step:
    """Somebody comments."""
    return Step(after, lambda s: services.write_comment(actor=s.people[who], wish=s.wish, text=words, at=s.at))


def _last_of(s: Scene, who: str) -> Comment:
    return Comment.objects.filter(wish=s.wish, author=s.people[who]).latest("id")


def reported(after: timedelta, by: str, who: str, reason: str) -> Step:
    """Somebody finds that the last comment of `who` should not stand there."""
    return Step(
        after,
        lambda s: services.report_comment(actor=s.people[by], comment=_last_of(s, who), reason=reason, at=s.at),
    )


def hidden(after: timedelta, by: str, who: str, reason: str) -> Step:
    """Staff hide the last comment of `who`."""
    return Step(
        after, lambda s: services.hide_comment(actor=s.people[by], comment=_last_of(s, who), reason=reason, at=s.at)
    )


def appealed(after: timedelta, who: str, words: str) -> Step:
    """The writer asks somebody else to look."""
    return Step(
        after, lambda s: services.appeal_comment(actor=s.people[who], comment=_last_of(s, who), words=words, at=s.at)
    )


def decided(after: timedelta, by: str, who: str, answer: str, *, again: bool) -> Step:
    """Somebody else decides."""

    def act(s: Scene) -> object:
        comment = _last_of(s, who)
        return services.decide_appeal(actor=s.people[by], comment=comment, show_again=again, answer=answer, at=s.at)

    return Step(after, act)


NEIGHBOUR_STORIES = (
    Story(
        "parcel-lockers",
        "王梅",
        f"{HOME}-1",
        "facility",
        "快递柜太少，晚上取件要排队",
        "一共两组柜子，晚上七八点都在门口等。能不能再加一组？",
        "北门门卫旁",
        days=9,
        clock="19:20",
        named=True,
        steps=(
            joined_by(wait(hours=2), "李婷", "冯涛", "徐国栋"),
            says(wait(minutes=20), "李婷", "我家也是，抱着孩子等了十几分钟。"),
            followed_by(wait(hours=3), "陆一鸣", "高洁"),
            joined_by(wait(hours=10), "张建华", "何小军"),
            says(wait(hours=1), "徐国栋", "物业说地方是有的，就是没人牵头。老柜子的张经理电话我有，谁要？"),
            reported(wait(hours=1), "冯涛", "徐国栋", "private"),
            hidden(wait(hours=2), "陈晓雨", "徐国栋", "留言里请不要转告别人的电话。"),
            appealed(wait(hours=5), "徐国栋", "我没有写电话号码，只是说我有。"),
            decided(wait(hours=16), "许静", "徐国栋", "看过了，确实没有写号码，已经恢复。", again=True),
            claim(wait(hours=4), "林志强", "我和物业约周五一起看地方。"),
            says(wait(hours=2), "王梅", "谢谢老林！"),
        ),
    ),
    Story(
        "parcel-lockers-again",
        "高洁",
        f"{HOME}-2",
        "facility",
        "希望再加一组快递柜",
        "下班回来总是没有空格子。",
        "北门",
        days=6,
        clock="21:05",
        steps=(
            followed_by(wait(hours=1), "欧阳雪"),
            joined_by(wait(hours=1), "孙德福"),
            duplicate(wait(hours=12), "parcel-lockers", "王梅前几天提过，一起和物业谈。", by="陈晓雨"),
        ),
    ),
    Story(
        "shared-ladder",
        "冯涛",
        f"{HOME}-2",
        "facility",
        "楼里想备一把公用的人字梯",
        "换个灯泡到处借。放在值班室，登记就能用。",
        "12栋值班室",
        days=14,
        clock="12:10",
        steps=(
            joined_by(wait(hours=5), "孙德福", "张建华"),
            claim(wait(days=1), "何小军", "我有一把两米的，用得少，捐出来。"),
            done(wait(days=1), "放在值班室了，登记本挂在旁边。"),
            says(wait(hours=3), "孙德福", "下午就借来换了灯泡，好用。"),
            rate(wait(hours=8), 5, 5, 5, "一把梯子，方便一栋楼。"),
        ),
    ),
)
