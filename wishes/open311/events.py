"""What happens to sources and their keys; read by the audit administrator."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event

AUDIT = Visibility.AUDIT


@event("wishes.source.opened", label=_("登记了心愿来源"), visibility=AUDIT)
class SourceOpened(Payload):
    """A source may send wishes once it has a key."""

    source_id: int
    territory_id: int


@event("wishes.source.changed", label=_("改了心愿来源"), visibility=AUDIT)
class SourceChanged(Payload):
    """These fields have other values."""

    source_id: int
    fields: tuple[str, ...]


@event("wishes.source.key_issued", label=_("发了接口密钥"), visibility=AUDIT)
class KeyIssued(Payload):
    """Earlier keys of the source end a day later."""

    source_id: int
    key_id: int


@event("wishes.source.key_ended", label=_("停用了接口密钥"), visibility=AUDIT)
class KeyEnded(Payload):
    """The key opens nothing any more."""

    source_id: int
    key_id: int
