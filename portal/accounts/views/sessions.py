"""Where one is signed in, and signing out there (登录的设备)."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts.services import end_sessions
from portal.accounts.views.confirming import current_user
from portal.accounts.views.my_data import device_words


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_sessions(request: HttpRequest) -> HttpResponse:
    """The list; one can be ended, or all but this one."""
    user = current_user(request)
    if request.method == "POST":
        if "session" in request.POST:
            _end_one(request, request.POST["session"])
        else:
            end_sessions(user=user, actor=user, reason="own_wish")
            # This session goes on under a new key.
            update_session_auth_hash(request, user)
            UserSession.objects.create_from_request(request)
        return redirect("my_sessions")
    sessions = UserSession.objects.purge_and_list(user)
    rows = [
        {
            "id": session.pk,
            "device": device_words(session.user_agent),
            "ip": session.ip,
            "since": session.created_at,
            "current": session.session_key == request.session.session_key,
        }
        for session in sorted(sessions, key=lambda session: session.created_at, reverse=True)
    ]
    return render(request, "usersessions/usersession_list.html", {"sessions": rows})


def _end_one(request: HttpRequest, number: str) -> None:
    mine = UserSession.objects.filter(user=current_user(request))
    session = mine.filter(pk=int(number)).first() if number.isdecimal() else None
    if session is None:
        raise Http404
    session.end()
