"""What a person's copy of their data holds from the desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.export import register_data_section
from portal.accounts.models import User
from wishes.desk.models import BulkRun, SavedView


def desk_of(user: User) -> dict[str, Any]:
    """Views kept, and what was done with many wishes at once."""
    return {
        "views": list(SavedView.objects.filter(owner=user).values("name", "query", "is_pinned", "created_at")),
        "bulk_runs": list(BulkRun.objects.filter(actor=user).values("action", "created_at", "finished_at")),
    }


register_data_section("desk", label=_("我的工单台：视图和批量办理"), data=desk_of)
