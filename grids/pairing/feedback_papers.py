"""All members of a community, one paper each for their units, made in the background; and the reminder to do so."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.gatherings.domain import Standing
from grids.gatherings.models import Attendance
from grids.members.domain import half_year, half_year_before
from grids.members.models import PartyMember
from grids.members.policies import DECIDERS, may_reveal
from grids.pairing.events import FeedbackDue
from grids.pairing.feedback import give_feedback, register_figure
from grids.roles.queries import forget, holds, paths_of
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Invalid, NotAllowed
from portal.jobs.models import Job
from portal.jobs.registry import job_kind
from portal.jobs.running import Run
from portal.jobs.services import start_job
from portal.outbox.models import Event
from portal.outbox.registry import key_of
from portal.outbox.services import record
from portal.paper import render_pdf

FEEDBACKS = "grids.feedbacks"
MOST_AT_ONCE = 300
# How long into a half-year its staff are still reminded of the one before.
REMINDED_WITHIN = timedelta(days=30)


def attended(member: PartyMember, since: date, after: date) -> str:
    """How many gatherings the member came to, for the paper."""
    came = Attendance.objects.filter(user=member.user_id, standing=Standing.PRESENT)
    count = came.filter(gathering__held_on__gte=since, gathering__held_on__lt=after).count()
    return _("{n} 次").format(n=count)


register_figure("gatherings", label=gettext_lazy("参加组织生活"), figure=attended)


def half_named(name: str, today: date) -> tuple[date, date]:
    """The running half-year for "this", else the one before it."""
    return half_year(today) if name == "this" else half_year_before(today)


@transaction.atomic
def ask_feedbacks(*, actor: User, place: Territory, half: str) -> Job:
    """Asks for the papers of all confirmed members of a community as one file; each is a look that is written down.

    Raises `NotAllowed`, `Invalid` when there is nobody or there are too many, `Conflict` with too many open jobs.
    """
    if place.level != Level.COMMUNITY or not holds(actor, DECIDERS, place):
        raise NotAllowed(_("只有这个社区的工作人员可以查看。"))
    count = PartyMember.objects.confirmed().under([str(place.path)]).count()
    if not 0 < count <= MOST_AT_ONCE:
        words = _("一次做 1 到 {most} 名党员的反馈，这里有 {count} 名。")
        raise Invalid(words.format(most=MOST_AT_ONCE, count=count), code="too_many")
    since, _after = half_named(half, timezone.localdate())
    return start_job(actor=actor, kind=FEEDBACKS, params={"place": place.pk, "half": since.isoformat()})


def _still_confirms(user: User, job: Job) -> bool:
    """The file names members: it is fetched by those alone who still look after members somewhere."""
    return bool(paths_of(user, DECIDERS))


@job_kind(FEEDBACKS, label=gettext_lazy("做给单位的半年反馈"), may_fetch=_still_confirms)
def make_feedbacks(run: Run) -> None:
    """One file with a page for each member whom the person may still look at; never their own."""
    forget(run.owner)
    place = Territory.objects.defer("boundary").get(pk=run.params["place"])
    half = half_year(date.fromisoformat(str(run.params["half"])))
    rows = PartyMember.objects.confirmed().under([str(place.path)]).order_by("unit_branch", "pk")
    members = list(rows.select_related("user", "post", "organisation__territory")[:MOST_AT_ONCE])
    run.expect(len(members))
    papers = []
    for member in members:
        if may_reveal(run.owner, member):
            papers.append(give_feedback(actor=run.owner, member=member, half=half))
        run.advance()
    if not papers:
        raise NotAllowed(_("您现在的职务不能再看这份文件了。"))
    name = _("党员服务反馈-{day}.pdf").format(day=f"{half[0]:%Y%m}")
    with run.result(name, content_type="application/pdf") as out:
        context = {"feedbacks": papers, "today": timezone.localdate()}
        out.write(render_pdf("grids/pairing/feedback_papers.html", context))


def remind_feedback(*, now: datetime | None = None) -> int:
    """Once a half-year each community with confirmed members is told that the last one's feedback is due; how many.

    The event is the note that it was told, written under a lock of the community; so this may run at any time.
    """
    today = timezone.localdate(now)
    begun, _after = half_year(today)
    if today >= begun + REMINDED_WITHIN:
        return 0
    paths = PartyMember.objects.confirmed().order_by().values_list("organisation__territory__path", flat=True)
    communities = {str(path)[: STEP * Level.COMMUNITY] for path in paths.distinct()}
    places = Territory.objects.at(Level.COMMUNITY).filter(path__in=communities).order_by("path")
    return sum(_tell(pk, half_year_before(today)[0], now) for pk in places.values_list("pk", flat=True))


@transaction.atomic
def _tell(pk: int, since: date, now: datetime | None) -> bool:
    place = Territory.objects.select_for_update(of=("self",), no_key=True).defer("boundary").get(pk=pk)
    told = Event.objects.about(place).filter(type=key_of(FeedbackDue), payload__since=since.isoformat())
    if told.exists():
        return False
    record(FeedbackDue(territory_id=pk, since=since.isoformat()), subject=place, at=now)
    return True
