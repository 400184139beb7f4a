"""What happens to members' records. Where one is kept, why and of whom is known by ids only."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.members.reported", label=_("党员报到"), visibility=Visibility.PARTIES)
class MemberReported(Payload):
    member_id: int
    organisation_id: int


@event("grids.members.decided", label=_("党组织答复了报到"), visibility=Visibility.PARTIES)
class MemberDecided(Payload):
    member_id: int
    state: str


@event("grids.members.corrected", label=_("改了自己的党员报到资料"), visibility=Visibility.PARTIES)
class MemberCorrected(Payload):
    member_id: int
    fields: tuple[str, ...]


@event("grids.members.correction_asked", label=_("请党组织更正"), visibility=Visibility.PARTIES)
class CorrectionAsked(Payload):
    member_id: int


@event("grids.members.backbone_named", label=_("骨干党员变了"), visibility=Visibility.INTERNAL)
class BackboneNamed(Payload):
    member_id: int
    is_backbone: bool


@event("grids.members.left", label=_("撤回党员报到"), visibility=Visibility.AUDIT)
class MemberLeft(Payload):
    member_id: int


@event("grids.members.revealed", label=_("查看了党员资料"), visibility=Visibility.AUDIT)
class MemberRevealed(Payload):
    member_id: int
    owner_id: int
