"""The page on which a person chooses how to be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.notifications.domain import Rhythm
from portal.notifications.models import RHYTHMS
from portal.notifications.registry import Channel, NoticeKind, kinds
from portal.notifications.services import quiet_hours_of, rhythms_of

CHOICES: list[tuple[str, str | Promise]] = [(rhythm.value, words) for rhythm, words in RHYTHMS.items()]


@dataclass(frozen=True)
class KindChoice:
    """One kind of notice with its fields, for the template."""

    kind: NoticeKind
    fields: list[BoundField]


class PreferencesForm(forms.Form):
    """One choice for each kind and outside channel, and the quiet hours."""

    starts = forms.TimeField(label=_("从几点"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("到几点"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        offered = [kind for kind in kinds() if len(kind.channels) > 1 and (user.is_staff or not kind.for_staff)]
        self.choosable = [kind for kind in offered if kind.is_choosable]
        self.certain = [kind for kind in offered if not kind.is_choosable]
        starts, ends = quiet_hours_of([user.pk])[user.pk]
        initial: dict[str, Any] = {"starts": starts, "ends": ends}
        for kind in self.choosable:
            for (_user_id, channel), rhythm in rhythms_of([user.pk], kind).items():
                initial[_name(kind, channel)] = rhythm.value
        super().__init__(*args, **{**kwargs, "initial": initial})
        for kind in self.choosable:
            for channel in _outside(kind):
                self.fields[_name(kind, channel)] = forms.ChoiceField(label=channel.label, choices=CHOICES)

    def groups(self) -> Iterator[KindChoice]:
        """The kinds with their fields, in order."""
        for kind in self.choosable:
            yield KindChoice(kind, [self[_name(kind, channel)] for channel in _outside(kind)])

    def chosen(self) -> Iterator[tuple[NoticeKind, Channel, Rhythm]]:
        """What was changed."""
        for kind in self.choosable:
            for channel in _outside(kind):
                name = _name(kind, channel)
                if name in self.changed_data:
                    yield kind, channel, Rhythm(self.cleaned_data[name])


def _outside(kind: NoticeKind) -> list[Channel]:
    return [channel for channel in kind.channels if channel != Channel.INBOX]


def _name(kind: NoticeKind, channel: Channel) -> str:
    return f"{kind.key}:{channel.value}".replace(".", "-")
