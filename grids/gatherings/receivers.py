"""Who was there goes with the consent and with the account; the numbers stay. What is kept is part of "my data"."""

from typing import Any

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Replace
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from grids.gatherings.models import Attendance, CheckInGuess, Gathering, GatheringPhoto, Minutes
from grids.members.services import CONSENT
from portal.accounts.erasure import ErasedIdentity
from portal.accounts.export import register_data_section
from portal.accounts.models import Consent, User
from portal.accounts.signals import consent_withdrawn, user_erased
from portal.photos.services import delete_photo

_LINES = Func(F("resolutions"), Value("\n"), function="array_to_string", output_field=TextField())


def forget_attendance(user: User) -> None:
    """Removes every row that says this person was invited, came or did not."""
    Attendance.objects.filter(user=user).delete()
    CheckInGuess.objects.filter(user=user).delete()


@receiver(consent_withdrawn, dispatch_uid="grids.gatherings.withdrawn")
def withdrawn(*, consent: Consent, **_kwargs: Any) -> None:
    """Without the separate consent nothing says that somebody took part."""
    if consent.text.kind == CONSENT:
        forget_attendance(consent.user)


@receiver(user_erased, dispatch_uid="grids.gatherings.erase")
def erase(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """Attendance and own photos go; where minutes or plans name the person, the name goes, the rest is everybody's."""
    forget_attendance(user)
    for shown in GatheringPhoto.objects.filter(photo__owner=user).select_related("photo"):
        picture = shown.photo
        shown.delete()
        delete_photo(photo=picture)
    for word in sorted(was.words, key=len, reverse=True):
        for field in ("title", "place", "topics", "cancel_reason"):
            rows = Gathering.objects.filter(**{f"{field}__contains": word})
            rows.update(**{field: Replace(F(field), Value(word), Value("＊"))})
        Minutes.objects.filter(text__contains=word).update(text=Replace(F("text"), Value(word), Value("＊")))
        for minutes in Minutes.objects.annotate(lines=_LINES).filter(lines__contains=word):
            minutes.resolutions = [line.replace(word, "＊") for line in minutes.resolutions]
            minutes.save(update_fields=["resolutions"])
        Attendance.objects.filter(reason__contains=word).update(reason="")


def part_in_gatherings(user: User) -> dict[str, Any]:
    """Where this person was invited, asked for leave, came; what they planned."""
    rows = (
        Attendance.objects.filter(user=user).select_related("gathering__organisation").order_by("gathering__starts_at")
    )
    planned = Gathering.objects.filter(planned_by=user).select_related("organisation").order_by("starts_at")
    return {
        "attended": [
            {
                "organisation": one.gathering.organisation.name,
                "kind": one.gathering.kind,
                "title": one.gathering.title,
                "starts_at": one.gathering.starts_at,
                "standing": one.standing,
                "how": one.how,
                "reason": one.reason,
                "marked_at": one.marked_at,
            }
            for one in rows
        ],
        "planned": [
            {"organisation": one.organisation.name, "kind": one.kind, "title": one.title, "starts_at": one.starts_at}
            for one in planned
        ],
    }


register_data_section("gatherings", label=_("组织生活：参加、请假、安排"), data=part_in_gatherings)
