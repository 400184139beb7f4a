"""Tables of the desk: views people keep, what was done with many wishes at once, and what is entered for residents."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wishes.wishes.models import ToldBy, Wish

__all__ = ["BulkRow", "BulkRun", "EnteredRow", "EntryBatch", "EntryRow", "PhotoReport", "SavedView"]


class SavedView(models.Model):
    """A selection of the work list kept under a name (视图): nothing but its filters.

    `shared_with` is the place whose staff see it too; everybody sees in it only what is theirs to see.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desk_views", verbose_name=_("谁的")
    )
    name = models.CharField(_("名字"), max_length=20)
    query = models.CharField(_("条件"), max_length=500)
    is_pinned = models.BooleanField(_("放在最前面"), default=False)
    shared_with = models.ForeignKey(
        "grids.Territory",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("给哪里的同事看"),
    )
    created_at = models.DateTimeField(_("存下的时间"), default=timezone.now)

    class Meta:
        verbose_name = _("工单视图")
        verbose_name_plural = _("工单视图")
        ordering = ["-is_pinned", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="desk_view_name")]

    def __str__(self) -> str:
        return self.name


class BulkRun(models.Model):
    """One step taken with many wishes (批量办理), and how far it is.

    `uuid` comes with the page that asked for confirmation, so that sending it twice does nothing twice. `params` are
    the words and choices of the step; they go when it is done, since they stand with the wishes by then.
    """

    uuid = models.UUIDField(_("编号"), primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bulk_runs", verbose_name=_("经办人")
    )
    action = models.CharField(_("办什么"), max_length=30)
    params = models.JSONField(_("怎么办"), default=dict)
    created_at = models.DateTimeField(_("开始时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("办完时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("批量办理")
        verbose_name_plural = _("批量办理")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.action} {self.created_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("desk_bulk_run", kwargs={"uuid": self.uuid})


class BulkRow(models.Model):
    """One wish of a bulk run: done, refused with the reason, or not come to yet."""

    class Outcome(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("还没办到")
        DONE = "done", _("办好了")
        REFUSED = "refused", _("没有办")

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows", verbose_name=_("批量办理"))
    wish = models.ForeignKey(Wish, on_delete=models.CASCADE, related_name="+", verbose_name=_("心愿"))
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    words = models.CharField(_("为什么没有办"), max_length=300, blank=True)

    objects: ClassVar[models.Manager["BulkRow"]] = models.Manager()

    class Meta:
        verbose_name = _("批量办理的一件")
        verbose_name_plural = _("批量办理的各件")
        ordering = ["wish_id"]
        constraints = [models.UniqueConstraint(fields=["run", "wish"], name="bulk_row_once")]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.get_outcome_display()}"


class EntryBatch(models.Model):
    """A spreadsheet of wishes to be entered for residents (批量代录): checked first, entered when the cadre says so."""

    class State(models.TextChoices):
        """How far it is."""

        CHECKED = "checked", _("看过了，还没录入")
        ENTERING = "entering", _("正在录入")
        ENTERED = "entered", _("录入完了")
        EXPIRED = "expired", _("放得太久，已经删掉")

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="entry_batches", verbose_name=_("经办人")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.CHECKED)
    told_by = models.CharField(
        _("怎么说的"), max_length=8, choices=ToldBy, default=ToldBy.PAPER, db_default=ToldBy.PAPER
    )
    job = models.ForeignKey("portal.Job", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("上传时间"), default=timezone.now)

    class Meta:
        verbose_name = _("批量代录表")
        verbose_name_plural = _("批量代录表")
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_at"], name="entry_waiting", condition=models.Q(state="checked"))]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("desk_entry_batch", kwargs={"pk": self.pk})


class EntryRow(models.Model):
    """One line of the spreadsheet. `data` is what it says of whom, and goes as soon as the line is entered or refused.

    `problems` are pairs of column and sentence.
    """

    class State(models.TextChoices):
        """What became of the line."""

        READY = "ready", _("可以录入")
        WRONG = "wrong", _("要改")
        DONE = "done", _("录好了")
        REFUSED = "refused", _("没有录")

    batch = models.ForeignKey(EntryBatch, on_delete=models.CASCADE, related_name="rows", verbose_name=_("批量代录表"))
    line = models.PositiveIntegerField(_("第几行"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices)
    title = models.CharField(_("心愿"), max_length=60, blank=True)
    data = models.JSONField(_("内容"), default=dict)
    problems = models.JSONField(_("要改的地方"), default=list)
    digest = models.CharField(_("内容指纹"), max_length=64)
    wish = models.ForeignKey(
        Wish, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("心愿")
    )

    class Meta:
        verbose_name = _("批量代录的一行")
        verbose_name_plural = _("批量代录的各行")
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="entry_row_line")]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.line}"


class EnteredRow(models.Model):
    """That a line was entered, by its fingerprint under the portal's key: the same line never makes a second wish."""

    digest = models.CharField(_("内容指纹"), max_length=64, unique=True)
    wish = models.OneToOneField(
        Wish, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("心愿")
    )
    entered_at = models.DateTimeField(_("录入时间"), default=timezone.now)

    class Meta:
        verbose_name = _("录过的一行")
        verbose_name_plural = _("录过的各行")

    def __str__(self) -> str:
        return self.digest[:8]


class PhotoReport(models.Model):
    """Somebody says that a photo shows what nobody should see (照片举报): a face, a number plate, an address."""

    class Reason(models.TextChoices):
        """What it shows."""

        FACE = "face", _("拍到了人脸")
        PLATE = "plate", _("拍到了车牌")
        ADDRESS = "address", _("拍到了门牌或证件")
        OTHER = "other", _("别的不该公开的")

    photo = models.ForeignKey(
        "wishes.WishPhoto", on_delete=models.CASCADE, related_name="reports", verbose_name=_("照片")
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("谁说的")
    )
    reason = models.CharField(_("拍到了什么"), max_length=10, choices=Reason.choices)
    created_at = models.DateTimeField(_("什么时候说的"), default=timezone.now)
    settled_at = models.DateTimeField(_("看过的时间"), null=True, blank=True)
    was_covered = models.BooleanField(_("遮住了"), null=True)

    class Meta:
        verbose_name = _("照片举报")
        verbose_name_plural = _("照片举报")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "reporter"], name="photo_report_open", condition=models.Q(settled_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
