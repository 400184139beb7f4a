"""What happens to Party organisations and their leaders."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.cells.organisation_added", label=_("建立党组织"), visibility=Visibility.INTERNAL)
class OrganisationAdded(Payload):
    organisation_id: int
    rank: int
    territory_code: str


@event("grids.cells.organisation_changed", label=_("修改党组织"), visibility=Visibility.INTERNAL)
class OrganisationChanged(Payload):
    organisation_id: int
    fields: tuple[str, ...]


@event("grids.cells.term_given", label=_("党组织任职"), visibility=Visibility.INTERNAL)
class TermGiven(Payload):
    term_id: int
    organisation_id: int
    user_id: int
    post: str


@event("grids.cells.term_ended", label=_("党组织任职结束"), visibility=Visibility.INTERNAL)
class TermEnded(Payload):
    term_id: int
    organisation_id: int
    user_id: int
    post: str


@event("grids.cells.term_ending", label=_("任期快到了"), visibility=Visibility.INTERNAL)
class TermEnding(Payload):
    term_id: int
    organisation_id: int
    reminder: int
