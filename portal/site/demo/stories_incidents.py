"""Incidents of the demo: solved on the spot, passed up, waiting to be looked at, late, and one that was none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.incidents import services
from grids.incidents.models import Incident, IncidentCategory
from grids.incidents.services.pictures import PHOTO_PURPOSE
from grids.territory.models import Building, Territory
from portal.accounts.models import User
from portal.outbox.services import drain
from portal.photos.models import Photo
from portal.photos.services import accept_upload, process_waiting_photo
from portal.site.demo.people import EGRET, HOME
from portal.site.demo.pictures import picture
from portal.site.demo.places import grid_code


@dataclass(frozen=True)
class Stage:
    """The time that has been reached, and a way to everybody and to photos."""

    people: dict[str, User]
    at: datetime

    def after(self, **span: float) -> "Stage":
        """The same, later."""
        return Stage(self.people, self.at + timedelta(**span))

    def photo(self, who: str, name: str) -> Photo:
        """A drawn photo, taken in and made ready as any other."""
        number = Photo.objects.filter(purpose=PHOTO_PURPOSE).count() + 1000
        photo = accept_upload(actor=self.people[who], file=picture(name, number), purpose=PHOTO_PURPOSE)
        Photo.objects.filter(pk=photo.pk).update(created_at=self.at)
        process_waiting_photo(photo_id=photo.pk, now=self.at)
        photo.refresh_from_db()
        return photo

    def report(self, who: str, place: str, category: str, spot: str, words: str, *photos: str) -> Incident:
        """Somebody reports something, standing at the first building of the grid."""
        grid = Territory.objects.get(code=grid_code(place))
        near = Building.objects.filter(territory__path__startswith=grid.path).exclude(longitude=None).first()
        point = (near.longitude, near.latitude) if near and near.longitude and near.latitude else None
        return services.collect_incident(
            actor=self.people[who],
            category=IncidentCategory.objects.get(code=category),
            place=grid,
            spot=spot,
            words=words,
            point=point,
            photos=[self.photo(who, name) for name in photos],
            at=self.at,
        )


def _solved_on_the_spot(stage: Stage) -> None:
    """孙丽 clears a staircase on her round; 刘建平 has a look and lets the photos be shown."""
    grid = Territory.objects.get(code=grid_code(f"{HOME}-1"))
    incident = services.collect_incident(
        actor=stage.people["孙丽"],
        category=IncidentCategory.objects.get(code="clutter"),
        place=grid,
        spot="2栋一单元楼道口",
        photos=[stage.photo("孙丽", "stairs")],
        solved=True,
        note="和住户一起搬走了。",
        photos_after=[stage.photo("孙丽", "stairs-done")],
        at=stage.at,
    )
    later = stage.after(hours=3)
    services.verify_incident(actor=stage.people["刘建平"], incident=incident, show_photos=True, at=later.at)
    later = stage.after(hours=26)
    services.evaluate_incident(actor=stage.people["许静"], incident=incident, grade="good", at=later.at)


def _passed_up_and_verified(stage: Stage) -> None:
    """A broken road: the grid cannot mend it, the community can; the head of the grid looks."""
    incident = stage.report("冯涛", f"{HOME}-2", "public-facility", "南门路口", "地砖翘起来，绊了好几个人。", "road")
    mend = stage.after(hours=1)
    services.file_incident(actor=stage.people["马秀兰"], incident=incident, at=mend.at)
    services.pass_up_incident(
        actor=stage.people["马秀兰"], incident=incident, reason="要请施工队，网格办不了。", at=mend.after(hours=1).at
    )
    services.take_incident(actor=stage.people["陈晓雨"], incident=incident, at=mend.after(hours=3).at)
    done = mend.after(hours=27)
    photos = [done.photo("陈晓雨", "road-done")]
    services.report_back(
        actor=stage.people["陈晓雨"], incident=incident, note="施工队来补好了。", photos=photos, at=done.at
    )
    services.verify_incident(
        actor=stage.people["马秀兰"],
        incident=incident,
        note="去踩过了，平的。",
        show_photos=True,
        at=done.after(hours=4).at,
    )


def _waits_to_be_looked_at(stage: Stage) -> None:
    incident = stage.report("孙丽", f"{HOME}-1", "street-lamp", "3栋东侧", "晚上全黑。", "lamp")
    services.take_incident(actor=stage.people["孙丽"], incident=incident, at=stage.after(hours=1).at)
    done = stage.after(hours=4)
    photos = [done.photo("孙丽", "lamp-done")]
    services.report_back(actor=stage.people["孙丽"], incident=incident, note="换了灯泡。", photos=photos, at=done.at)


def _late(stage: Stage) -> None:
    stage.report("刘建平", f"{HOME}-1", "bin", "垃圾房旁", "两个桶满了，没有人来收。")


def _none_of_ours(stage: Stage) -> None:
    incident = stage.report("罗勇", f"{EGRET}-1", "noise", "花园西门", "隔壁装修声音大。")
    services.reject_incident(
        actor=stage.people["方敏"],
        incident=incident,
        reason="白天装修在允许的时间里。已经请物业提醒，晚上和周末不许动工。",
        at=stage.after(hours=2).at,
    )


def _departments_called(stage: Stage) -> None:
    """Stalls on the road: the street whistles; one department has answered, the other is late."""
    incident = stage.report("刘建平", f"{HOME}-1", "stall", "南门外人行道", "油烟大，人都走到马路上了。", "road")
    street = stage.after(hours=20)
    services.pass_up_incident(
        actor=stage.people["陈晓雨"], incident=incident, reason="几个部门的事，社区协调不动。", at=street.at
    )
    departments = Body.objects.filter(kind=BodyKind.DEPARTMENT)
    services.call_departments(
        actor=stage.people["周明远"],
        incident=incident,
        bodies=list(departments),
        asked="明早八点一起到现场，劝离摊点，查证照。",
        limit="8wh",
        at=street.after(hours=2).at,
    )
    services.answer_summons(
        actor=stage.people["宋磊"], incident=incident, answer="四个摊点已经劝离，划了线。", at=street.after(hours=18).at
    )


def _reported_twice(stage: Stage) -> None:
    """A neighbour sees the same dark lamp and adds a report; a third is merged by the community."""
    incident = stage.report("张建华", f"{HOME}-3", "street-lamp", "中心花园", "花园里的灯全黑了。", "lamp")
    services.join_incident(
        actor=stage.people["李婷"], incident=incident, words="昨晚差点摔了。", at=stage.after(hours=1).at
    )
    again = stage.after(hours=2).report("徐国栋", f"{HOME}-3", "street-lamp", "花园凉亭", "凉亭边上没有灯。")
    services.merge_incident(actor=stage.people["陈晓雨"], incident=again, into=incident, at=stage.after(hours=3).at)


def _just_reported(stage: Stage) -> None:
    stage.report("王梅", f"{HOME}-1", "public-facility", "1栋门口", "长椅断了一根木条，坐着扎人。", "bench")


def _waits_for_hands(stage: Stage) -> None:
    """Something no department comes for; `stories_origins` turns it into a wish."""
    incident = stage.report("李婷", f"{HOME}-1", "clutter", SOFA, "楼上老人的旧沙发卡在楼道里，搬不下去。", "stairs")
    services.file_incident(actor=stage.people["刘建平"], incident=incident, at=stage.after(hours=1).at)


# Where that is, which is how it is found again.
SOFA = "2栋三楼楼道"
# What happened, and how many hours ago it began.
INCIDENTS: tuple[tuple[float, Callable[[Stage], None]], ...] = (
    (24 * 9, _solved_on_the_spot),
    (24 * 6, _passed_up_and_verified),
    (24 * 4, _none_of_ours),
    (24 * 3, _late),
    (24 * 2.5, _departments_called),
    (30, _reported_twice),
    (20, _waits_to_be_looked_at),
    (22, _waits_for_hands),
    (2, _just_reported),
)


def play_incidents(people: dict[str, User], *, now: datetime) -> None:
    """All incidents of the demo, the earliest first; clocks are swept with those of wishes."""
    for hours, act in INCIDENTS:
        act(Stage(people, now - timedelta(hours=hours)))
        drain()
