"""Opening sources, giving and ending their keys, counting what they send."""

import secrets
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.roles.domain import Role
from grids.roles.queries import holds
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.api.tokens import USED_STEP, digest_of
from portal.cleaning import clean_text
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import audit
from wishes.open311.events import KeyEnded, KeyIssued, SourceChanged, SourceOpened
from wishes.open311.models import ApiKey, KeyUsage
from wishes.wishes.models import Source

PREFIX = "wuwei311_"
# Long enough to put the new key into the other system; a leaked key is ended at once by `end_key`.
OVERLAP = timedelta(days=1)
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR})


class SourceFields(TypedDict, total=False):
    """What an administrator says of a source."""

    name: str
    contact: str
    phone: str
    territory: Territory
    per_day: int
    is_active: bool


class OverQuota(Conflict):
    """The source has sent as many wishes today as it may."""

    default_code = "over_quota"


@transaction.atomic
def open_source(*, actor: User, at: datetime | None = None, **fields: Unpack[SourceFields]) -> Source:
    """A new source with an account of its own, which nobody can enter. Raises `Invalid`, `NotAllowed`."""
    source = Source(created_at=at or timezone.now())
    _fill(source, fields)
    _require(actor, source.territory)
    source.account = User.objects.create_user(legal_name=source.name, display_name=source.name, assisted_by=actor)
    source.save()
    audit(SourceOpened(source_id=source.pk, territory_id=source.territory_id), subject=source, actor=actor, at=at)
    return source


@transaction.atomic
def change_source(*, actor: User, source: Source, at: datetime | None = None, **fields: Unpack[SourceFields]) -> Source:
    """Other words, another place or quota; wishes that came in stay as they are. Raises `Invalid`, `NotAllowed`."""
    source = Source.objects.select_for_update(of=("self",)).select_related("territory", "account").get(pk=source.pk)
    _require(actor, source.territory)
    before = {name: getattr(source, name) for name in fields}
    _fill(source, fields)
    _require(actor, source.territory)
    changed = tuple(sorted(name for name, value in before.items() if getattr(source, name) != value))
    if not changed:
        return source
    if source.account.display_name != source.name:
        source.account.legal_name = source.account.display_name = source.name
        source.account.save(update_fields=["legal_name", "display_name"])
    source.save()
    audit(SourceChanged(source_id=source.pk, fields=changed), subject=source, actor=actor, at=at)
    return source


@transaction.atomic
def issue_key(*, actor: User, source: Source, at: datetime | None = None) -> tuple[ApiKey, str]:
    """A new key and its text, which is known only now; earlier keys of the source end a day later."""
    now = at or timezone.now()
    source = Source.objects.select_for_update(of=("self",)).select_related("territory").get(pk=source.pk)
    _require(actor, source.territory)
    if not source.is_active:
        raise Conflict(_("这个来源停用了，先启用再发密钥。"), code="source_inactive")
    ApiKey.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now + OVERLAP), source=source).update(ends_at=now + OVERLAP)
    text = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(source=source, digest=digest_of(text), hint=text[:13], created_at=now, created_by=actor)
    audit(KeyIssued(source_id=source.pk, key_id=key.pk), subject=source, actor=actor, at=at)
    return key, text


@transaction.atomic
def end_key(*, actor: User, key: ApiKey, at: datetime | None = None) -> None:
    """The key opens nothing from now on; one that has ended stays as it is. Raises `NotAllowed`."""
    now = at or timezone.now()
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("source__territory").get(pk=key.pk)
    _require(actor, key.source.territory)
    if key.ends_at is not None and key.ends_at <= now:
        return
    key.ends_at = now
    key.save(update_fields=["ends_at"])
    audit(KeyEnded(source_id=key.source_id, key_id=key.pk), subject=key.source, actor=actor, at=at)


def source_of(text: str, now: datetime) -> Source | None:
    """The source whose live key this is; None for any other text."""
    if not text.isascii() or not 0 < len(text) <= 100:
        return None
    keys = ApiKey.objects.select_related("source__territory", "source__account").defer("source__territory__boundary")
    key = keys.filter(digest=digest_of(text)).first()
    if key is None or not key.is_live(now):
        return None
    if key.last_used_at is None or key.last_used_at < now - USED_STEP:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key.source


def count_one(*, source: Source, at: datetime) -> int:
    """Counts one wish of the source's local day; how many there are now. Raises `OverQuota`.

    One statement reads the count, compares it and raises it: of any number at once, no more than the quota pass. It is
    undone with the transaction of the wish, so that only what came in is counted.
    """
    table = connection.ops.quote_name(KeyUsage._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS u (source_id, day, count) VALUES (%s, %s, 1) "  # noqa: S608 - a quoted name
            "ON CONFLICT (source_id, day) DO UPDATE SET count = u.count + 1 WHERE u.count < %s RETURNING count",
            [source.pk, timezone.localdate(at), source.per_day],
        )
        row = cursor.fetchone()
    if row is None:
        raise OverQuota(_("今天已经转来 {count} 件，到上限了，请明天再发。").format(count=source.per_day))
    return int(row[0])


def _fill(source: Source, fields: SourceFields) -> None:
    for name, longest in (("name", 40), ("contact", 60), ("phone", 20)):
        if name in fields:
            text = clean_text(str(fields[name]))  # type: ignore[literal-required]
            if not text or len(text) > longest:
                raise Invalid(_("请填写，最多{longest}个字。").format(longest=longest), field=name)
            setattr(source, name, text)
    if "territory" in fields:
        if not Level.DISTRICT <= fields["territory"].level <= Level.GRID:
            raise Invalid(_("请选区、街道、社区或网格。"), field="territory")
        source.territory = fields["territory"]
    if "per_day" in fields:
        if not 1 <= fields["per_day"] <= 100_000:
            raise Invalid(_("请填 1 到 100000 之间的数。"), field="per_day")
        source.per_day = fields["per_day"]
    if "is_active" in fields:
        source.is_active = fields["is_active"]


def _require(actor: User, territory: Territory) -> None:
    if not (actor.is_superuser or holds(actor, ADMINISTRATORS, territory)):
        raise NotAllowed(_("只有负责那里的系统管理员可以设置来源和密钥。"))
