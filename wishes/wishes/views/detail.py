"""The page of one wish: what it is, where it stands, and what this viewer can do about it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.deadlines.words import explain, urgency_of
from wishes.wishes.claiming import tier_words
from wishes.wishes.domain import OPEN_STATES, Action, End, PhotoRole, State
from wishes.wishes.handling.appeals import may_decide_appeal
from wishes.wishes.handling.handover import open_handover
from wishes.wishes.limits import auto_confirm_after
from wishes.wishes.models import Question, Wish
from wishes.wishes.policies import (
    ON_BEHALF_ACTIONS,
    Viewer,
    actions_for,
    can,
    is_author,
    is_claimant,
    is_handler,
    sees_private_notes,
    timeline_levels,
)
from wishes.wishes.services import contact_for
from wishes.wishes.services.steps import clock as clock_of_wish
from wishes.wishes.views.access import viewer_of, wish_or_404
from wishes.wishes.views.calendars import reading_calendar, reading_party
from wishes.wishes.views.cards import place_words, progress_of, state_words, took_words
from wishes.wishes.views.helping import claims_of, helpers_of
from wishes.wishes.views.panels import Slot, along, panels_of
from wishes.wishes.views.step_pages import SLUGS
from wishes.wishes.views.story import looks_of, steps_of

# The one red button of the page is the first of these that the viewer can press.
PRIMARY = (
    Action.ANSWER,
    Action.CONFIRM,
    Action.ACCEPT_HANDOVER,
    Action.DECIDE_OBJECTION,
    Action.VERIFY,
    Action.PUBLISH,
    Action.FULFIL,
    Action.CLAIM,
)
# On goods, where some parts are taken on and others wait, staff first find hands for what is missing.
PRIMARY_FOR_SHARED = (*PRIMARY[:-2], Action.CLAIM, Action.FULFIL)
BESIDE = (
    Action.REFUSE_HANDOVER,
    Action.WITHDRAW_HANDOVER,
    Action.CLAIM,
    Action.FULFIL,
    Action.GIVE_UP,
    Action.REJECT_VERIFICATION,
    Action.ASK,
    Action.REOPEN,
    Action.APPEAL,
    Action.ENOUGH,
    Action.EDIT,
    Action.WITHDRAW,
)
FOLDED = (
    Action.TRANSFER,
    Action.OBJECT,
    Action.EXTEND,
    Action.DECLINE,
    Action.CLOSE_NOT_OURS,
    Action.CLOSE_CANNOT_BE_DONE,
    Action.CLOSE_DUPLICATE,
)


@dataclass(frozen=True)
class Button:
    """A step as a link to its page."""

    label: str | Promise
    url: str


@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """A wish by its number."""
    viewer = viewer_of(request)
    wish = wish_or_404(viewer, number)
    if wish.was_returned and viewer.pk in (wish.author_id, wish.entered_by_id) and "read" not in request.GET:
        return redirect("wish_draft", draft_id=wish.pk, step="check")
    now = timezone.now()
    events, others = along.events_of(viewer, wish, timeline_levels(viewer, wish))
    # What was never told of needs no query.
    told = {event.type for event in events}
    # A limit that has been met is told by `clock`, on a page of its own.
    is_waited_for = wish.state in OPEN_STATES or wish.was_returned
    running = clock_of_wish(wish) if is_waited_for else None
    calendar = reading_calendar(wish.community_id) if is_waited_for else None
    days = auto_confirm_after(wish.territory).days if wish.state == State.FULFILLED and wish.territory else 0
    author, handler = is_author(viewer, wish), is_handler(viewer, wish)
    claims = claims_of(wish) if "wishes.wish.claimed" in told else []
    photos = list(wish.photos.select_related("photo")) if wish.__dict__["has_photos"] else []
    photos = [each for each in photos if not each.photo.is_refused]
    context: dict[str, Any] = {
        "wish": wish,
        "place": place_words(wish),
        "state_words": "" if is_author(viewer, wish) else state_words(wish),
        "due": urgency_of(wish.due_at, now, calendar) if wish.state in OPEN_STATES and wish.due_at else None,
        "steps": others.among(steps_of(wish, events, running, now=now, days=days, calendar=calendar, claims=claims)),
        "has_clock": wish.submitted_at is not None,
        "progress": progress_of(wish),
        "tiers": tier_words(wish, now=now, party=reading_party(wish.path)) if wish.state == State.PUBLISHED else [],
        "took": took_words(wish),
        "rating": wish.__dict__["last_rating"],
        "is_author": author,
        "is_handler": handler,
        "looks": looks_of(events) if author or handler else [],
        "contact": contact_for(viewer=viewer, wish=wish) if viewer.is_authenticated else None,
        "may_reveal": bool(can(viewer, Action.REVEAL, wish)) and not author,
        "photos": [each.photo for each in photos if each.role == PhotoRole.REQUEST],
        "helpers": helpers_of(claims, photos, viewer, reads_messages=author or handler),
        # Only parties are told of questions, so only they read them.
        "questions": _questions(wish) if "wishes.wish.asked" in told else [],
        **_buttons(viewer, wish, handler=handler),
        "panels": panels_of(request, wish, Slot.HEAD, Slot.BUTTONS, Slot.BELOW, Slot.ASIDE),
        "handover": open_handover(wish) if handler and wish.state in OPEN_STATES else None,
    }
    context |= _afterwards(viewer, wish, told, handler=handler)
    if told & {"wishes.wish.verified", "wishes.wish.returned"} and sees_private_notes(viewer, wish):
        context["verifications"] = list(wish.verifications.select_related("verified_by"))
    return render(request, "wishes/wishes/detail.html", context)


@require_safe
def clock(request: HttpRequest, number: str) -> HttpResponse:
    """How the time limit of a wish is reckoned, sentence by sentence."""
    wish = wish_or_404(viewer_of(request), number)
    running = clock_of_wish(wish)
    context = {"wish": wish, "words": explain(running, timezone.now()) if running else []}
    return render(request, "wishes/wishes/clock.html", context)


def _afterwards(viewer: Viewer, wish: Wish, told: set[str], *, handler: bool) -> dict[str, Any]:
    """What came after an end: another body's answer, an appeal, a call-back owed."""
    found: dict[str, Any] = dict.fromkeys(("referral", "appeal", "may_decide_appeal", "callback", "verifications"))
    if wish.end == End.NOT_OURS:
        found["referral"] = wish.referrals.select_related("body").last()
    if "wishes.appeal.opened" in told:
        appeal = wish.appeals.select_related("wish").filter(subject_type="wishes.wish").last()
        decides = appeal is not None and isinstance(viewer, User) and may_decide_appeal(viewer, appeal)
        found |= {"appeal": appeal, "may_decide_appeal": decides}
    if handler and wish.state == State.CLOSED and "wishes.callback.asked" in told:
        found["callback"] = wish.callbacks.last()
    return found


def _questions(wish: Wish) -> list[Question]:
    return [question for question in wish.questions.all() if question.answer or question.answered_at is None]


def _buttons(viewer: Viewer, wish: Wish, *, handler: bool) -> dict[str, Any]:
    """The primary action, the others, what staff do more rarely, and what they do in the author's place."""
    possible = actions_for(viewer, wish)
    order = PRIMARY_FOR_SHARED if wish.is_shared and not is_claimant(viewer, wish) else PRIMARY
    primary = next((action for action in order if action in possible), None)
    beside = [action for action in BESIDE if action in possible and action != primary]
    folded = [action for action in FOLDED if action in possible]
    instead: list[Action] = []
    if handler:
        instead = [
            action
            for action in Action
            if action in ON_BEHALF_ACTIONS
            and action not in possible
            and can(viewer, action, wish, on_behalf_of=wish.author)
        ]
    reason: str | Promise = ""
    if primary is None and not beside and wish.state == State.PUBLISHED and isinstance(viewer, User):
        reason = can(viewer, Action.CLAIM, wish).reason
    return {
        "primary": _button(wish, primary) if primary else _invitation(viewer, wish),
        "beside": [_button(wish, action) for action in beside],
        "folded": [_button(wish, action) for action in folded],
        "instead": [_button(wish, action) for action in instead],
        "why_not": reason,
    }


def _button(wish: Wish, action: Action) -> Button:
    if action == Action.EDIT:
        return Button(action.label, reverse("wish_edit", args=[wish.number]))
    return Button(action.label, reverse("wish_step", args=[wish.number, SLUGS[action]]))


def _invitation(viewer: Viewer, wish: Wish) -> Button | None:
    """A visitor is asked to sign in and help; the page of the step takes them through the login and back."""
    if viewer.is_authenticated or wish.state != State.PUBLISHED:
        return None
    return Button(_("登录后来帮忙"), reverse("wish_step", args=[wish.number, SLUGS[Action.CLAIM]]))
