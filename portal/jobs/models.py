"""The job: a piece of long work that somebody asked for, how far it is, and what came of it."""

import uuid
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.jobs.domain import percent
from portal.jobs.registry import JobKind, UnknownKind, kind_of

__all__ = ["Job", "JobState"]


class JobState(models.TextChoices):
    """How far a job has come."""

    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("正在做")
    DONE = "done", _("做好了")
    FAILED = "failed", _("没做成")
    EXPIRED = "expired", _("已过期")


class JobQuerySet(models.QuerySet["Job"]):
    """Chainable reads of jobs."""

    def of(self, user: User) -> "JobQuerySet":
        """A person's own jobs, newest first."""
        return self.filter(owner=user).order_by("-id")

    def unfinished(self) -> "JobQuerySet":
        """Those that wait or are at work."""
        return self.filter(state__in=(JobState.WAITING, JobState.RUNNING))


class Job(models.Model):
    """Long work with progress (后台任务): an export, an import, the day's open data.

    `params` hold ids, codes and choices, never personal data. `owner` is who asked and alone may see it and fetch the
    result; jobs without an owner belong to the portal. `attempts` tells one run from the next: only the latest may
    write. `unique_key` names work that is done once, such as "open_data:2026-11-22".
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("种类"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("谁要的"),
    )
    params = models.JSONField(_("要做什么"), default=dict)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    unique_key = models.CharField(_("只做一次的名字"), max_length=120, unique=True, null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=JobState, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("第几次开始"), default=0)
    done = models.PositiveIntegerField(_("做了多少"), default=0)
    total = models.PositiveIntegerField(_("一共多少"), default=0)
    error = models.CharField(_("为什么没做成"), max_length=300, blank=True)
    file_name = models.CharField(_("存放的文件"), max_length=80, blank=True)
    result_name = models.CharField(_("文件名"), max_length=120, blank=True)
    content_type = models.CharField(_("文件类型"), max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("大小（字节）"), default=0)
    created_at = models.DateTimeField(_("什么时候要的"), default=timezone.now)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("保留到"), null=True, blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "-id"], name="job_by_owner"),
            models.Index(fields=["id"], name="job_unfinished", condition=Q(state__in=["waiting", "running"])),
            models.Index(fields=["expires_at"], name="job_expiring", condition=Q(state="done")),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_failed_says_why",
                condition=Q(state="failed", error__gt="") | (~Q(state="failed") & Q(error="")),
            ),
            models.CheckConstraint(name="job_file_only_when_done", condition=Q(state="done") | Q(file_name="")),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.uuid.hex[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", kwargs={"uuid": self.uuid})

    @property
    def label(self) -> str | Promise:
        """What it does, in words; the bare key when no code declares the kind any more."""
        return self.definition.label if self.definition else self.kind

    @property
    def definition(self) -> JobKind | None:
        """What the registry knows of its kind; None when no code declares it any more."""
        try:
            return kind_of(self.kind)
        except UnknownKind:
            return None

    @property
    def is_finished(self) -> bool:
        """Nothing more happens to it by itself, except that its result expires."""
        return self.state not in (JobState.WAITING, JobState.RUNNING)

    @property
    def percent(self) -> int:
        """How far it is, 0–100."""
        return 100 if self.state == JobState.DONE else percent(self.done, self.total)

    @property
    def has_result(self) -> bool:
        """Whether there is a file to fetch."""
        return self.state == JobState.DONE and bool(self.file_name)

    @property
    def result_path(self) -> Path:
        """Where the result lies. Raises FileNotFoundError where there is none."""
        if not self.file_name:
            raise FileNotFoundError(self.uuid)
        return jobs_folder() / self.file_name

    @property
    def next_url(self) -> str:
        """The page on which the work goes on when it is done; empty where there is none."""
        leads_to = self.definition.leads_to if self.definition else None
        return leads_to(self) if leads_to and self.state == JobState.DONE else ""

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Not here: what was asked for stays on record, and `portal.jobs.keeping` removes the files."""
        raise TypeError("Jobs are kept; their files are removed by portal.jobs.keeping")


def jobs_folder() -> Path:
    """The private folder of results; no address leads into it. Read at call time, so that tests have their own."""
    return Path(settings.MEDIA_ROOT) / "jobs"
