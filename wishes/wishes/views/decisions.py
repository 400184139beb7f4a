"""等您定的事: what waits for one person's word, in one place."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from wishes.wishes.handling.appeals import appeals_for
from wishes.wishes.handling.handover import owed_by
from wishes.wishes.views.access import member_of

# Open offers and objections are few; whoever has more than this answers the newest first.
MOST = 50


@login_required
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """Wishes offered to the cadre, objections and appeals to decide."""
    user = member_of(request)
    if not holds_anywhere(user, HANDLER_ROLES):
        raise PermissionDenied(_("这里是工作人员的页面。您现在没有负责的网格或社区。"))
    owed = list(owed_by(user)[:MOST])
    context = {
        "offers": [each for each in owed if each.proposed_id == user.pk],
        "objections": [each for each in owed if each.proposed_id != user.pk],
        "appeals": list(appeals_for(user)[:MOST]),
    }
    return render(request, "wishes/wishes/decisions.html", context)
