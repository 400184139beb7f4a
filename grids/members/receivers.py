"""A member's record goes with the account and with the consent, and is part of the copy of one's data."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from grids.members.models import PartyMember, ServicePost
from grids.members.services import CONSENT, ensure_default_posts, remove
from portal.accounts.export import register_data_section
from portal.accounts.models import Consent, User
from portal.accounts.signals import consent_withdrawn, user_erased


@receiver(user_erased, dispatch_uid="grids.members.erase")
def erase(*, user: User, **_kwargs: Any) -> None:
    """Nothing of it stays."""
    remove(user=user)


@receiver(consent_withdrawn, dispatch_uid="grids.members.withdrawn")
def withdrawn(*, consent: Consent, **_kwargs: Any) -> None:
    """Without the separate consent there is no record."""
    if consent.text.kind == CONSENT:
        remove(user=consent.user)


@receiver(post_migrate, dispatch_uid="grids.members.posts")
def put_first_posts_in_place(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    """A fresh portal has posts to serve in. Migrating another app alone may come before this one has tables."""
    if sender.name != "grids" or not settings.GRIDS_SEED_POSTS:
        return
    if ServicePost._meta.db_table in connections[using].introspection.table_names():
        ensure_default_posts()


def record_of(user: User) -> dict[str, Any] | None:
    """All that is kept of the person as a member."""
    member = PartyMember.objects.select_related("organisation", "post", "near").filter(user=user).first()
    if member is None:
        return None
    return {
        "organisation": member.organisation.name,
        "unit_branch": member.unit_branch,
        "is_mobile": member.is_mobile,
        "station": member.station,
        "post": member.post.name if member.post else None,
        "near": member.near.name if member.near else None,
        "is_backbone": member.is_backbone,
        "shown_to": member.shown_to,
        "state": member.state,
        "reason": member.reason,
        "correction": member.correction,
        "reported_at": member.reported_at,
        "decided_at": member.decided_at,
    }


register_data_section("party_member", label=_("党员报到：党支部、服务岗位"), data=record_of)
