"""The facts of identity as events. Identity stands below the outbox and tells them by signals; here is the record."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from portal.accounts import signals
from portal.accounts.erasure import ErasedIdentity
from portal.accounts.export import Assistance, register_assistance, register_data_section
from portal.accounts.models import Consent, User
from portal.outbox.models import Event
from portal.outbox.registry import Payload, Visibility, event
from portal.outbox.services import Fact, erase_texts, record, record_many


@event("accounts.user.registered_by_staff", label=_("替您登记了账号"), visibility=Visibility.PARTIES)
class RegisteredByStaff(Payload):
    user_id: int


@event("accounts.user.withdrawn", label=_("撤销了没有用过的账号"), visibility=Visibility.AUDIT)
class AccountWithdrawn(Payload):
    user_id: int


@event("accounts.user.phone_changed", label=_("换了手机号"), visibility=Visibility.PARTIES)
class PhoneChanged(Payload):
    user_id: int


@event("accounts.user.lost_phone_replaced", label=_("核实本人后补办了手机号"), visibility=Visibility.PARTIES)
class LostPhoneReplaced(Payload):
    user_id: int


@event("accounts.consent.given", label=_("同意了说明"), visibility=Visibility.PARTIES)
class ConsentGiven(Payload):
    user_id: int
    kind: str
    version: int


@event("accounts.consent.withdrawn", label=_("撤回了同意"), visibility=Visibility.PARTIES)
class ConsentWithdrawn(Payload):
    user_id: int
    kind: str
    version: int


@event("accounts.user.data_exported", label=_("拷贝了自己的信息"), visibility=Visibility.AUDIT)
class DataExported(Payload):
    user_id: int


@event("accounts.user.erased", label=_("注销了账号"), visibility=Visibility.AUDIT)
class UserErased(Payload):
    user_id: int


@event("accounts.second_factor.enrolled", label=_("设置了两步登录"), visibility=Visibility.AUDIT)
class SecondFactorEnrolled(Payload):
    user_id: int
    kind: str


@event("accounts.second_factor.removed", label=_("移除了一种两步登录方式"), visibility=Visibility.AUDIT)
class SecondFactorRemoved(Payload):
    user_id: int
    kind: str


@event("accounts.user.revealed", label=_("查看了姓名和手机号"), visibility=Visibility.AUDIT)
class IdentityRevealed(Payload):
    user_id: int


@event("accounts.sessions.ended", label=_("退出了所有设备"), visibility=Visibility.AUDIT)
class SessionsEnded(Payload):
    user_id: int
    reason: str


def _helped(actor: User | None, user: User) -> User | None:
    """Whom `actor` acted for: the person, unless they did it themselves or nobody did."""
    return user if actor is not None and actor.pk != user.pk else None


@receiver(signals.assisted_registration)
def on_assisted_registration(sender: type, user: User, actor: User, at: datetime, **kwargs: Any) -> None:
    record(RegisteredByStaff(user_id=user.pk), subject=user, actor=actor, on_behalf_of=user, at=at)


@receiver(signals.accounts_opened)
def on_accounts_opened(sender: type, users: list[User], actor: User, at: datetime, **kwargs: Any) -> None:
    facts = [Fact(RegisteredByStaff(user_id=user.pk), user, on_behalf_of=user) for user in users]
    record_many(facts, actor=actor, at=at)


@receiver(signals.accounts_withdrawn)
def on_accounts_withdrawn(sender: type, users: list[User], actor: User, at: datetime, **kwargs: Any) -> None:
    record_many([Fact(AccountWithdrawn(user_id=user.pk), user) for user in users], actor=actor, at=at)


@receiver(signals.phone_changed)
def on_phone_changed(sender: type, user: User, actor: User, **kwargs: Any) -> None:
    record(PhoneChanged(user_id=user.pk), subject=user, actor=actor)


@receiver(signals.lost_phone_replaced)
def on_lost_phone_replaced(sender: type, user: User, actor: User, reason: str, **kwargs: Any) -> None:
    record(LostPhoneReplaced(user_id=user.pk), subject=user, actor=actor, on_behalf_of=user, text=reason)


@receiver(signals.consent_given)
def on_consent_given(sender: type, consent: Consent, actor: User, **kwargs: Any) -> None:
    payload = ConsentGiven(user_id=consent.user_id, kind=consent.text.kind, version=consent.text.version)
    helped = _helped(actor, consent.user)
    record(payload, subject=consent.user, actor=actor, on_behalf_of=helped, at=consent.given_at)


@receiver(signals.consent_withdrawn)
def on_consent_withdrawn(sender: type, consent: Consent, actor: User, **kwargs: Any) -> None:
    payload = ConsentWithdrawn(user_id=consent.user_id, kind=consent.text.kind, version=consent.text.version)
    record(payload, subject=consent.user, actor=actor, on_behalf_of=_helped(actor, consent.user))


@receiver(signals.data_exported)
def on_data_exported(sender: type, user: User, actor: User, **kwargs: Any) -> None:
    record(DataExported(user_id=user.pk), subject=user, actor=actor, on_behalf_of=_helped(actor, user))


@receiver(signals.user_erased)
def on_user_erased(sender: type, user: User, actor: User, was: ErasedIdentity, **kwargs: Any) -> None:
    """Reasons written about the person go with the name; that something happened stays."""
    erase_texts(Event.objects.about(user))
    record(UserErased(user_id=user.pk), subject=user, actor=actor, on_behalf_of=_helped(actor, user))


@receiver(signals.second_factor_enrolled)
def on_second_factor_enrolled(sender: type, user: User, kind: str, **kwargs: Any) -> None:
    record(SecondFactorEnrolled(user_id=user.pk, kind=kind), subject=user, actor=user)


@receiver(signals.second_factor_removed)
def on_second_factor_removed(sender: type, user: User, kind: str, **kwargs: Any) -> None:
    record(SecondFactorRemoved(user_id=user.pk, kind=kind), subject=user, actor=user)


@receiver(signals.identity_revealed)
def on_identity_revealed(sender: type, user: User, actor: User, **kwargs: Any) -> None:
    """Every look is written down, and the person reads of it under "who acted for me" (docs/domain.md §7)."""
    record(IdentityRevealed(user_id=user.pk), subject=user, actor=actor, on_behalf_of=_helped(actor, user))


@receiver(signals.sessions_ended)
def on_sessions_ended(sender: type, user: User, actor: User | None, reason: str, **kwargs: Any) -> None:
    record(SessionsEnded(user_id=user.pk, reason=reason), subject=user, actor=actor)


def assistance(user: User) -> Iterable[Assistance]:
    """Everything recorded as done in the person's name by somebody else, newest first."""
    events = Event.objects.filter(on_behalf_of=user).exclude(actor=user).select_related("actor").order_by("-id")
    for each in events.iterator(chunk_size=200):
        by = each.actor.public_name if each.actor else ""
        yield Assistance(at=each.occurred_at, by=by, what=each.label)


def history(user: User) -> list[dict[str, Any]]:
    """What happened to the account, for the copy a person takes."""
    readable = [Visibility.PUBLIC, Visibility.PARTIES]
    events = Event.objects.about(user).at_levels(readable).select_related("words").order_by("id")
    return [{"at": each.occurred_at, "what": each.label, "words": each.text} for each in events]


register_assistance(assistance)
register_data_section("history", label=_("账号发生过什么"), data=history)
