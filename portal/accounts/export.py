"""A copy of everything the portal holds on a person (我的信息), gathered from every wing.

Wings declare what they hold with `register_data_section` when their app is ready; identity's own section stands at
the end of this module. `register_assistance` is for those who know what staff did in a person's name.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO, Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts import signals
from portal.accounts.models import Consent, User
from portal.errors import NotAllowed

CHUNK = 64 * 1024


@dataclass(frozen=True)
class DataFile:
    """One file to go into the copy: its path inside the archive and a way to open it."""

    path: str
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class DataSection:
    """What one part of the portal holds on a person: `data` gives JSON values, `files` the files with them."""

    name: str
    label: str | Promise
    data: Callable[[User], Any]
    files: Callable[[User], Iterable[DataFile]]


@dataclass(frozen=True)
class Assistance:
    """Something somebody did in a person's name (代办): when, who, what in words."""

    at: datetime
    by: str
    what: str


_sections: dict[str, DataSection] = {}
_assistance: list[Callable[[User], Iterable[Assistance]]] = []


def _no_files(user: User) -> Iterable[DataFile]:
    return ()


def register_data_section(
    name: str,
    *,
    label: str | Promise,
    data: Callable[[User], Any],
    files: Callable[[User], Iterable[DataFile]] = _no_files,
) -> None:
    """Declare a part of the copy: it becomes `<name>.json`, its files `<name>/<path>`.

    Raises ValueError when the name is taken.
    """
    if name in _sections:
        raise ValueError(f"Data section {name} is registered twice")
    _sections[name] = DataSection(name=name, label=label, data=data, files=files)


def data_sections() -> list[DataSection]:
    """Every declared section, by name."""
    return [_sections[name] for name in sorted(_sections)]


def register_assistance(source: Callable[[User], Iterable[Assistance]]) -> None:
    """Add a source of what was done in a person's name, newest first."""
    _assistance.append(source)


def assistance_for(user: User, *, limit: int = 20) -> list[Assistance]:
    """What others did in the person's name lately, newest first; the copy has all of it."""
    entries = [entry for source in _assistance for entry in islice(source(user), limit)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def export_data(*, actor: User, user: User) -> Iterator[bytes]:
    """The copy as a ZIP archive, made while it is sent so that many photos need no memory. Records that it was taken.

    Raises `NotAllowed` for somebody else's data; guardians may take their ward's.
    """
    if actor.pk not in (user.pk, user.guardian_id):
        raise NotAllowed(_("只能拷贝自己的信息。"))
    with transaction.atomic():
        signals.data_exported.send(sender=User, user=user, actor=actor)
    return _archive(user)


class _Outlet(io.RawIOBase):
    """Takes what zipfile writes and hands it on; without `seek`, zipfile writes straight ahead."""

    def __init__(self) -> None:
        self.buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.buffer += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self.buffer)
        self.buffer.clear()
        return taken


def _archive(user: User) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for section in data_sections():
            data = json.dumps(section.data(user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr(f"{section.name}.json", data)
            yield outlet.take()
            for file in section.files(user):
                with (
                    file.open() as source,
                    archive.open(f"{section.name}/{file.path}", "w", force_zip64=True) as target,
                ):
                    while chunk := source.read(CHUNK):
                        target.write(chunk)
                        yield outlet.take()
    yield outlet.take()


def _account(user: User) -> dict[str, Any]:
    consents = Consent.objects.filter(user=user).select_related("text")
    return {
        "taken_at": timezone.now(),
        "number": user.pk,
        "username": user.username,
        "phone": user.phone,
        "phone_verified_at": user.phone_verified_at,
        "email": user.email,
        "legal_name": user.legal_name,
        "display_name": user.display_name,
        "language": user.language,
        "elder_mode": user.elder_mode,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "under_14": user.under_14,
        "guardian": user.guardian.public_name if user.guardian else None,
        "registered_by": user.assisted_by.public_name if user.assisted_by else None,
        "consents": [
            {
                "title": consent.text.title,
                "kind": consent.text.kind,
                "version": consent.text.version,
                "text": consent.text.body,
                "given_at": consent.given_at,
                "withdrawn_at": consent.withdrawn_at,
            }
            for consent in consents
        ],
        "sessions": list(
            UserSession.objects.filter(user=user).values("created_at", "last_seen_at", "ip", "user_agent")
        ),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
    }


def _assistance_data(user: User) -> list[dict[str, Any]]:
    entries = [entry for source in _assistance for entry in source(user)]
    return [{"at": entry.at, "by": entry.by, "what": entry.what} for entry in entries]


register_data_section("account", label=_("账号：姓名、手机号、同意记录、登录设备"), data=_account)
register_data_section("assistance", label=_("谁替您办过事"), data=_assistance_data)
