"""What wishes do when a person leaves or asks for a copy of their data (docs/domain.md §7), and in a new database."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.erasure import ErasedIdentity
from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from wishes.wishes.catalogue import ensure_default_categories
from wishes.wishes.models import Appeal, Category, Claim, Wish
from wishes.wishes.services.erasure import erase_person

PARTS = ("questions", "ratings", "reopenings", "verifications", "extensions", "photos")


@receiver(user_erased, dispatch_uid="wishes.erase")
def erase(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """Nothing the person wrote remains."""
    erase_person(user=user, words=was.words, at=user.erased_at or timezone.now())


@receiver(post_migrate, dispatch_uid="wishes.catalogue")
def put_first_categories_in_place(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    """A fresh portal has something to wish for. Migrating another app alone may come before this one has tables."""
    if sender.name != "wishes" or not settings.WISHES_SEED_CATEGORIES:
        return
    if Category._meta.db_table in connections[using].introspection.table_names():
        ensure_default_categories()


def wishes_of(user: User) -> dict[str, Any]:
    """Everything held on a person in wishes, for the copy of their data."""
    return {
        "wishes": [_wish_data(wish) for wish in Wish.objects.mine(user).prefetch_related(*PARTS)],
        "appeals": [
            {"wish": one.wish.number, "reason": one.reason, "decision": one.decision, "state": one.state}
            for one in Appeal.objects.filter(appellant=user).select_related("wish")
        ],
        "claims": [_claim_data(claim) for claim in Claim.objects.filter(claimant=user).select_related("wish", "body")],
    }


def _wish_data(wish: Wish) -> dict[str, Any]:
    return {
        "number": wish.number,
        "title": wish.title,
        "details": wish.details,
        "category": str(wish.category or ""),
        "kind": wish.kind,
        "quantity": wish.quantity,
        "unit": wish.unit,
        "estimated_value": wish.estimated_value,
        "place": wish.place,
        "territory": str(wish.territory or ""),
        "address": wish.address,
        "contact_name": wish.contact_name,
        "contact_phone": wish.contact_phone,
        "show_name": wish.show_name,
        "special_group": wish.special_group,
        "state": wish.state,
        "end": wish.end,
        "end_reason": wish.end_reason,
        "created_at": wish.created_at,
        "submitted_at": wish.submitted_at,
        "closed_at": wish.closed_at,
        "photos": [str(shown.photo_id) for shown in wish.photos.all()],
        "questions": [{"text": one.text, "answer": one.answer} for one in wish.questions.all()],
        "reopenings": [one.reason for one in wish.reopenings.all()],
        "verifications": [{"note": one.note, "reason": one.reason} for one in wish.verifications.all()],
        "extensions": [{"limit": one.limit, "reason": one.reason} for one in wish.extensions.all()],
        "ratings": [
            {"speed": one.speed, "attitude": one.attitude, "result": one.result, "comment": one.comment}
            for one in wish.ratings.all()
        ],
    }


def _claim_data(claim: Claim) -> dict[str, Any]:
    return {
        "wish": claim.wish.number,
        "quantity": claim.quantity,
        "in_the_name_of": claim.body.name if claim.body is not None else "",
        "state": claim.state,
        "message": claim.message,
        "note": claim.note,
        "end_reason": claim.end_reason,
        "claimed_at": claim.claimed_at,
        "ended_at": claim.ended_at,
    }


register_data_section("wishes", label=_("微心愿：许过的、帮过的"), data=wishes_of)
