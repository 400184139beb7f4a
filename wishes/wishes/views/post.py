"""Posting a wish: one question a page, everything kept in a draft on the server, nothing needed but forms."""

import contextlib
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.territory.models import Grid
from portal.accounts.consents import give_consent, has_consent, text_in_force
from portal.accounts.models import ConsentText, User
from portal.deadlines.words import urgency_of
from portal.errors import DomainError, Invalid
from portal.taking import add_domain_error
from wishes.wishes.domain import Kind, State
from wishes.wishes.forms.posting import DetailsForm, SendForm, WhatForm, WhereForm, WhoForm
from wishes.wishes.limits import gift_guide, photos_max
from wishes.wishes.models import Wish
from wishes.wishes.services import discard_draft, save_draft, start_draft, submit_wish
from wishes.wishes.views import drafting, places
from wishes.wishes.views.access import member_of, sent, wish_or_404
from wishes.wishes.views.answers import answer_rows, phone_words, step_of_field
from wishes.wishes.views.cards import cards_of, for_cards
from wishes.wishes.views.drafting import AlreadySent, furthest, next_step, previous_url, step_url
from wishes.wishes.views.panels import CardSlot, Slot, dressed, panels_of

PUBLICATION = ConsentText.Kind.PUBLICATION


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first question, for somebody's own wish. The draft begins when it is answered, not when it is read."""
    member = member_of(request)
    return _where(request, member, drafting.own_draft(member))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft_step(request: HttpRequest, draft_id: int, step: str) -> HttpResponse:
    """One question of a draft that has begun."""
    member = member_of(request)
    try:
        draft = drafting.draft_or_404(member, draft_id, to_send=step == "check" and request.method == "POST")
    except AlreadySent as sent:
        return redirect(sent.wish)
    page = _PAGES.get(step)
    if page is None:
        raise Http404
    if draft.territory_id is None and step != "where":
        return redirect(step_url(draft, "where"))
    if draft.category_id is None and step in ("details", "similar", "who", "check"):
        return redirect(step_url(draft, "what"))
    return page(request, member, draft)


@login_required
@require_POST
def discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Begins anew: the draft and its photos are removed."""
    member = member_of(request)
    try:
        draft = drafting.draft_or_404(member, draft_id)
        discard_draft(actor=member, wish=draft)
    except AlreadySent as sent:
        return redirect(sent.wish)
    except DomainError as refused:
        messages.error(request, str(refused.message))
        return redirect(step_url(draft, "check"))
    messages.info(request, _("草稿已经删掉了，可以重新写。"))
    return redirect("wish_new")


AUTOSAVED = ("title", "details", "unit", "contact_name", "contact_phone", "address")


@login_required
@require_POST
def autosave(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Keeps what is being typed, while it is typed; what cannot be kept yet is left out without a word."""
    member = member_of(request)
    try:
        draft = drafting.draft_or_404(member, draft_id)
    except AlreadySent:
        return HttpResponse(status=204)
    for name in AUTOSAVED:
        if name in request.POST:
            fields: Any = {name: request.POST[name]}
            with contextlib.suppress(DomainError):
                save_draft(actor=member, wish=draft, **fields)
    return HttpResponse(status=204)


# -- one function a question -------------------------------------------------------------------------------------------
def _where(request: HttpRequest, member: User, draft: Wish | None) -> HttpResponse:
    chosen = places.chosen_place(request, member, draft)
    choices = places.grid_choices(chosen)
    data = request.POST if request.method == "POST" else None
    initial = {"territory": chosen.code if chosen else "", "place": draft.place if draft else ""}
    located = None
    if data is not None and "locate" in data:
        located = places.located(data)
        choices = places.grid_choices(located) or choices
        initial = {"territory": located.code if located else "", "place": data.get("place", "")}
        data = None
    form = WhereForm(data, places=choices, initial=initial)
    if data is not None and form.is_valid():
        try:
            # Nobody else's draft is begun here: a cadre's is begun by `for_resident`.
            draft = draft or start_draft(actor=member)
            step = furthest(draft, "where")
            draft = save_draft(actor=member, wish=draft, draft_step=step, **form.cleaned_data)
        except Invalid as refused:
            add_domain_error(form, refused)
        else:
            return redirect(step_url(draft, next_step(draft, "where")))
    unfinished = (
        draft if draft and draft.draft_step in drafting.STEPS and draft.territory and draft.number == "" else None
    )
    context = {
        "places": places.PlaceSearch(request),
        "chosen": located or chosen,
        "located": located,
        "not_located": "locate" in request.POST and located is None,
        "has_choices": bool(choices),
        "unfinished": unfinished,
        "continue_url": step_url(unfinished, _reached(unfinished)) if unfinished else "",
    }
    return _question(request, "where", draft, form, **context)


def _reached(draft: Wish) -> str:
    return "check" if draft.draft_step == "check" else next_step(draft, draft.draft_step)


def _similar(request: HttpRequest, member: User, draft: Wish) -> HttpResponse:
    if request.method == "POST":
        save_draft(actor=member, wish=draft, draft_step=furthest(draft, "similar"))
        return redirect(step_url(draft, next_step(draft, "similar")))
    likeliest = drafting.similar_to(draft)
    wishes = for_cards(Wish.objects.public()).in_bulk(likeliest)
    cards = cards_of([wishes[pk] for pk in likeliest if pk in wishes], now=timezone.now())
    cards = dressed(request, cards, CardSlot.SIMILAR)
    return _question(request, "similar", draft, None, cards=cards)


def _what(request: HttpRequest, member: User, draft: Wish) -> HttpResponse:
    form = WhatForm(sent(request), initial={"category": draft.category.code if draft.category else None})
    if request.method == "POST" and form.is_valid():
        category = form.cleaned_data["category"]
        if category.kind == Kind.GOODS and not draft.quantity and draft.draft_step == "check":
            # The answers were complete before, but goods need an amount.
            save_draft(actor=member, wish=draft, category=category)
            return redirect(step_url(draft, "details"))
        return _saved(member, draft, "what", form.cleaned_data)
    return _question(request, "what", draft, form)


def _details(request: HttpRequest, member: User, draft: Wish) -> HttpResponse:
    assert draft.category is not None
    initial = {name: getattr(draft, name) for name in ("title", "details", "quantity", "unit", "estimated_value")}
    guide = gift_guide(draft.territory) if draft.category.is_gift else ""
    form = DetailsForm(sent(request), kind=draft.category.kind, gift_guide=guide, initial=initial)
    problems: list[str] = []
    if request.method == "POST":
        complete = form.is_valid()
        # What is right is kept even when something else is not, and so are the photos.
        draft = save_draft(actor=member, wish=draft, **form.cleaned_data)
        assert draft.category is not None
        files = [*request.FILES.getlist("photos"), *request.FILES.getlist("camera")]
        problems = drafting.add_photos(member, draft, files)
        if "remove" in request.POST:
            drafting.take_off(member, draft, request.POST["remove"])
        if "add" in request.POST or "remove" in request.POST:
            if not problems:
                return redirect(f"{step_url(draft, 'details')}#photos")
            form = DetailsForm(kind=draft.category.kind, initial=request.POST.dict())
        elif complete and not problems:
            return _saved(member, draft, "details", {})
    photos = drafting.request_photos(draft)
    most = photos_max(draft.territory)
    wrong = [{"message": error, "href": f"#{field.id_for_label}"} for field in form for error in field.errors]
    context = {
        "photos": photos,
        "room": max(most - len(photos), 0),
        "most": most,
        "photo_problems": problems,
        "problems": wrong + [{"message": problem, "href": "#photos"} for problem in problems],
    }
    return _question(request, "details", draft, form, **context)


def _who(request: HttpRequest, member: User, draft: Wish) -> HttpResponse:
    names = ("contact_name", "contact_phone", "address", "special_group")
    initial: dict[str, Any] = {name: getattr(draft, name) for name in names}
    initial["contact_phone"] = phone_words(draft.contact_phone)
    initial["show_name"] = "1" if draft.show_name else "0"
    assisted = draft.entered_by_id is not None and not draft.author.phone
    form = WhoForm(sent(request), initial=initial, phone_required=not assisted)
    if request.method == "POST" and form.is_valid():
        return _saved(member, draft, "who", form.cleaned_data)
    return _question(request, "who", draft, form)


def _check(request: HttpRequest, member: User, draft: Wish) -> HttpResponse:
    author = draft.author
    asks = text_in_force(PUBLICATION) if not has_consent(author, PUBLICATION) else None
    form = SendForm(sent(request)) if asks else None
    problem: DomainError | None = None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            if asks:
                give_consent(actor=member, user=author, kind=PUBLICATION)
            wish = submit_wish(actor=member, wish=draft)
        except DomainError as refused:
            problem = refused
        else:
            return redirect("wish_posted", number=wish.number)
    rows = answer_rows(draft, drafting.request_photos(draft))
    missing = step_of_field(problem.field) if problem and problem.field else ""
    context = {
        "rows": rows,
        "consent_text": asks,
        "problem": problem,
        "problem_url": step_url(draft, missing) if missing else "",
    }
    return _question(request, "check", draft, form, **context)


_PAGES: dict[str, Callable[[HttpRequest, User, Wish], HttpResponse]] = {
    "where": _where,
    "similar": _similar,
    "what": _what,
    "details": _details,
    "who": _who,
    "check": _check,
}


def _saved(member: User, draft: Wish, step: str, fields: dict[str, Any]) -> HttpResponse:
    """Keeps the answers and goes on to the next page; the last question leads to the answers."""
    following = next_step(draft, step)
    reached = "check" if following == "check" else furthest(draft, step)
    draft = save_draft(actor=member, wish=draft, draft_step=reached, **fields)
    return redirect(step_url(draft, following))


def _question(request: HttpRequest, step: str, draft: Wish | None, form: Any, **context: Any) -> HttpResponse:
    failed = bool((form is not None and form.errors) or context.get("problem") or context.get("photo_problems"))
    context |= {
        "step": step,
        "draft": draft,
        "form": form,
        "number_of_step": drafting.STEPS.index(step) + 1,
        "back_url": previous_url(draft, step) if draft and draft.pk else "",
        "for_resident": draft.author if draft and draft.entered_by_id else None,
    }
    return render(request, f"wishes/wishes/post/{step}.html", context, status=400 if failed else 200)


@login_required
@require_safe
def posted(request: HttpRequest, number: str) -> HttpResponse:
    """The confirmation: number, what happens next and when, whom to call. Can be opened again and printed."""
    member = member_of(request)
    wish = wish_or_404(member, number)
    if member.pk not in (wish.author_id, wish.entered_by_id) or wish.state == State.DRAFT:
        raise Http404
    due = urgency_of(wish.due_at, timezone.now()) if wish.due_at else None
    grid = Grid.objects.filter(territory=wish.territory).first()
    context = {
        "wish": wish,
        "due": due,
        "supervision_phone": grid.supervision_phone if grid else "",
        "photos": drafting.request_photos(wish),
        "panels": panels_of(request, wish, Slot.POSTED),
    }
    return render(request, "wishes/wishes/post/posted.html", context)
