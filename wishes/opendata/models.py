"""The editions of the open data that can be fetched."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

__all__ = ["Edition"]

FORMATS = ("csv", "jsonl")


class Edition(models.Model):
    """The anonymous table of one day (开放数据), as CSV and as JSON lines."""

    day = models.DateField(_("日期"), unique=True, help_text=_("包括这一天以前提交的心愿"))
    rows = models.PositiveIntegerField(_("行数"))
    left_out = models.PositiveIntegerField(_("因人数太少没有列出"))
    csv_bytes = models.PositiveBigIntegerField(_("CSV 大小"))
    csv_sha256 = models.CharField(_("CSV 校验和"), max_length=64)
    jsonl_bytes = models.PositiveBigIntegerField(_("JSON 大小"))
    jsonl_sha256 = models.CharField(_("JSON 校验和"), max_length=64)
    made_at = models.DateTimeField(_("生成时间"))

    class Meta:
        verbose_name = _("开放数据")
        verbose_name_plural = _("开放数据")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

    def path(self, form: str) -> Path:
        """Where the file of this format lies."""
        return opendata_folder() / f"wishes-{self.day:%Y-%m-%d}.{form}"

    def url(self, form: str) -> str:
        """Where it is fetched."""
        return reverse("opendata_file", kwargs={"day": f"{self.day:%Y-%m-%d}", "form": form})

    def files(self) -> list[dict[str, object]]:
        """Both files, for lists."""
        return [
            {
                "format": form,
                "url": self.url(form),
                "bytes": getattr(self, f"{form}_bytes"),
                "sha256": getattr(self, f"{form}_sha256"),
            }
            for form in FORMATS
        ]


def opendata_folder() -> Path:
    """The folder of all editions; read at call time, so that tests can have their own."""
    return Path(settings.MEDIA_ROOT) / "opendata"
