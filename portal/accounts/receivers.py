"""Reactions to what happens inside allauth, turned into the portal's own facts, and identity's checks."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.apps import AppConfig
from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.http import HttpRequest

from portal.accounts import checks as checks
from portal.accounts import signals
from portal.accounts.consents import ensure_default_consents
from portal.accounts.models import User


@receiver(authenticator_added)
def second_factor_added(
    sender: type, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Setting up an app or key proves it in the same breath, so the session counts as entered with two factors."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
    with transaction.atomic():
        signals.second_factor_enrolled.send(sender=User, user=user, kind=str(authenticator.type))


@receiver(authenticator_removed)
def second_factor_taken_away(
    sender: type, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    with transaction.atomic():
        signals.second_factor_removed.send(sender=User, user=user, kind=str(authenticator.type))


@receiver(post_migrate)
def put_first_texts_in_place(sender: AppConfig, **kwargs: Any) -> None:
    """A fresh database has something to agree to, before the first person registers."""
    if sender.name == "portal" and settings.ACCOUNTS_SEED_CONSENTS:
        ensure_default_consents()
