"""The inbox and the choice of how to be told."""

from __future__ import annotations

from itertools import groupby
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.notifications import services
from portal.notifications.forms import PreferencesForm
from portal.notifications.models import Notice

PAGE = 20


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """A person's notices by day, newest first. `?before=` continues below one of them."""
    user = cast(User, request.user)
    notices = Notice.objects.of(user.pk)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        notices = notices.before(get_object_or_404(notices, pk=int(before)))
    rows = list(notices[: PAGE + 1])
    shown, is_more = rows[:PAGE], len(rows) > PAGE
    days = [(day, list(each)) for day, each in groupby(shown, key=lambda n: timezone.localtime(n.created_at).date())]
    return render(
        request,
        "notifications/inbox.html",
        {
            "days": days,
            "newest": shown[0] if shown else None,
            "unread": services.unread_count(user),
            "first_page": not before,
            "next_url": f"?before={shown[-1].pk}" if is_more else "",
        },
    )


@login_required
@require_POST
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice as read and go where it leads. Somebody else's is not there."""
    user = cast(User, request.user)
    notice = get_object_or_404(Notice, pk=pk, recipient=user)
    services.mark_read(actor=user, notice=notice)
    return redirect(notice.url)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything up to the newest notice that was on the page as read."""
    user = cast(User, request.user)
    up_to = request.POST.get("up_to", "")
    if up_to.isascii() and up_to.isdigit() and len(up_to) < 19:
        notice = get_object_or_404(Notice, pk=int(up_to), recipient=user)
        services.mark_all_read(actor=user, up_to=notice)
    return redirect("notifications:inbox")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """How each kind of notice reaches the person, and when not."""
    user = cast(User, request.user)
    form = PreferencesForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            for kind, channel, rhythm in form.chosen():
                services.choose_rhythm(actor=user, kind=kind, channel=channel, rhythm=rhythm)
            services.choose_quiet_hours(actor=user, starts=form.cleaned_data["starts"], ends=form.cleaned_data["ends"])
        messages.success(request, _("记住了，以后就这样告诉您。"))
        return redirect("notifications:preferences")
    return render(request, "notifications/preferences.html", {"form": form}, status=400 if form.errors else 200)
