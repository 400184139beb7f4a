"""One plain table; `script/bench` makes it, and gives it as many rows as there are wishes."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class Note(models.Model):
    """A line somebody wrote."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, related_name="+")
    title = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["Note"]] = models.Manager()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.title
