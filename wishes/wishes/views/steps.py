"""Taking a step with a wish: one page for each step, one service call, and a clear answer when somebody was faster."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.decision import Decision
from portal.errors import DomainError, Invalid
from portal.photos.keeping import kept_photos
from portal.photos.models import Photo
from portal.taking import add_domain_error, typed_words
from wishes.wishes import services
from wishes.wishes.domain import Action
from wishes.wishes.forms.steps import EditForm, RevealForm, StepForm
from wishes.wishes.handling.handover import open_handover
from wishes.wishes.limits import photos_max
from wishes.wishes.models import AnswerTemplate, Wish
from wishes.wishes.photos import PHOTO_PURPOSE
from wishes.wishes.policies import ON_BEHALF_ACTIONS, can, is_author, is_handler
from wishes.wishes.views import drafting
from wishes.wishes.views.access import member_of, sent, wish_or_404
from wishes.wishes.views.cards import cards_of, for_cards
from wishes.wishes.views.helping import helper_names
from wishes.wishes.views.step_pages import PAGES, Call, StepPage

MOST_ANSWERS = 12


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    """Asks for what the step needs, and takes it."""
    page = PAGES.get(slug)
    if page is None:
        raise Http404
    actor = member_of(request)
    wish = wish_or_404(actor, number, dressed=False)
    on_behalf_of, decision = _decide(actor, page.action, wish)
    form = page.form(sent(request), wish=wish, actor=actor, initial=_initial(request, page, wish))
    if not decision:
        return refused(request, wish, decision.reason, 409 if decision.by_state else 403, form)
    most = photos_max(wish.territory)
    kept, problems = _photos(request, actor, most) if page.takes_photos else ([], [])
    if request.method == "POST" and "add" not in request.POST and "remove" not in request.POST:
        if form.is_valid() and not problems:
            data = dict(form.cleaned_data) | ({"photos": kept} if page.takes_photos else {})
            try:
                page.run(Call(actor, wish, data, on_behalf_of))
            except Invalid as error:
                add_domain_error(form, error)
            except DomainError as error:
                return refused(request, wish_or_404(actor, number), error.message, error.status, form)
            else:
                messages.success(request, str(page.done))
                # Who has just claimed a wish has a part in it.
                sees = page.action == Action.CLAIM or can_see(actor, wish)
                return redirect(wish) if sees else redirect("home")
    elif request.method == "POST":
        # A photo was added or taken off: what is written stays, and nothing is complained of yet.
        form = page.form(wish=wish, actor=actor, initial=request.POST.dict())
    failed = bool(form.errors or problems)
    context: dict[str, Any] = {
        "wish": wish,
        "page": page,
        "form": form,
        "on_behalf_of": on_behalf_of,
        "answers": _answers(page, wish),
        "kept": kept,
        "photo_problems": problems,
        "room": max(most - len(kept), 0),
        "most": most,
    }
    if page.action == Action.ANSWER:
        context["question"] = wish.questions.filter(answered_at=None).first()
    if page.template.endswith("handover.html"):
        context["handover"] = open_handover(wish)
    if page.action == Action.CLOSE_DUPLICATE:
        context["cards"] = _likely_same(wish)
    return render(request, page.template, context, status=400 if failed else 200)


def _photos(request: HttpRequest, actor: User, most: int) -> tuple[list[Photo], list[str]]:
    return kept_photos(request, actor, purpose=PHOTO_PURPOSE, unused=Q(wish_photo=None), most=most)


def can_see(actor: User, wish: Wish) -> bool:
    """Whether the wish still exists for the actor after the step."""
    return Wish.objects.visible_to(actor).filter(pk=wish.pk).exists()


def _decide(actor: User, action: Action, wish: Wish) -> tuple[User | None, Decision]:
    """Whether the actor may, as themselves or, being staff of the place, for the author."""
    decision = can(actor, action, wish)
    if decision or decision.by_state or action not in ON_BEHALF_ACTIONS or not is_handler(actor, wish):
        return None, decision
    return wish.author, can(actor, action, wish, on_behalf_of=wish.author)


def refused(
    request: HttpRequest, wish: Wish, reason: str | Promise, status: int, form: StepForm | None = None
) -> HttpResponse:
    """The step cannot be taken: why, what to do next, and every word that was typed."""
    others = Wish.objects.public().filter(state="published", community_id=wish.community_id).exclude(pk=wish.pk)
    context = {
        "wish": wish,
        "reason": reason,
        "helper": helper_names([wish]).get(wish.pk, ""),
        "typed": typed_words(form, codes=("to", "by")),
        "cards": cards_of(for_cards(others.order_by("-id"))[:3], now=timezone.now()),
    }
    return render(request, "wishes/wishes/steps/refused.html", context, status=status)


def _initial(request: HttpRequest, page: StepPage, wish: Wish) -> dict[str, str]:
    """A ready wording chosen in the address, or the number of the other wish."""
    initial = {}
    chosen = request.GET.get("answer", "")
    if page.answers and chosen.isdecimal():
        answer = _answer_templates(page, wish).filter(pk=int(chosen)).first()
        if answer is not None:
            initial["question" if page.action == Action.ASK else "reason"] = answer.text
    if page.action == Action.CLOSE_DUPLICATE:
        initial["of"] = request.GET.get("of", "")[:20]
    return initial


def _answer_templates(page: StepPage, wish: Wish) -> Any:
    """Ready wordings for this step in the place of the wish and above it."""
    places = [wish.path[:length] for length in range(3, len(wish.path) + 1, 3)]
    here = Q(territory=None) | Q(territory__path__in=places)
    return AnswerTemplate.objects.filter(here, purpose=page.answers, is_active=True)


def _answers(page: StepPage, wish: Wish) -> list[AnswerTemplate]:
    return list(_answer_templates(page, wish)[:MOST_ANSWERS]) if page.answers else []


def _likely_same(wish: Wish) -> Any:
    same = Wish.objects.public().filter(community=wish.community, category=wish.category)
    return cards_of(for_cards(same.exclude(pk=wish.pk).order_by("-id"))[:5], now=timezone.now())


# -- two steps that are not like the others ----------------------------------------------------------------------------
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Name, phone and address of the resident, for a reason; shown once, in answer to the form, and written down."""
    actor = member_of(request)
    wish = wish_or_404(actor, number)
    decision = can(actor, Action.REVEAL, wish)
    form = RevealForm(sent(request), wish=wish, actor=actor)
    if not decision and not is_author(actor, wish):
        return refused(request, wish, decision.reason, 409 if decision.by_state else 403, form)
    revealed = None
    if request.method == "POST" and form.is_valid():
        try:
            revealed = services.reveal_contact(actor=actor, wish=wish, reason=form.cleaned_data["reason"])
        except Invalid as error:
            add_domain_error(form, error)
        except DomainError as error:
            return refused(request, wish, error.message, error.status, form)
    context = {"wish": wish, "form": form, "contact": revealed}
    return render(request, "wishes/wishes/steps/contact.html", context, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Changes to a wish that nobody has claimed yet; a returned one is a draft and goes through the questions again."""
    actor = member_of(request)
    wish = wish_or_404(actor, number, dressed=False)
    on_behalf_of, decision = _decide(actor, Action.EDIT, wish)
    if decision and wish.was_returned:
        return redirect("wish_draft", draft_id=wish.pk, step="check")
    form = EditForm(sent(request), wish=wish, actor=actor)
    if not decision:
        return refused(request, wish, decision.reason, 409 if decision.by_state else 403, form)
    problems: list[str] = []
    if request.method == "POST":
        if on_behalf_of is None:
            files = [*request.FILES.getlist("photos"), *request.FILES.getlist("camera")]
            problems = drafting.add_photos(actor, wish, files)
            drafting.take_off(actor, wish, request.POST.get("remove", ""))
        if "add" in request.POST or "remove" in request.POST:
            form = EditForm(wish=wish, actor=actor, initial=request.POST.dict())
        elif form.is_valid() and not problems:
            try:
                services.edit_wish(actor=actor, wish=wish, on_behalf_of=on_behalf_of, **form.cleaned_data)
            except Invalid as error:
                add_domain_error(form, error)
            except DomainError as error:
                return refused(request, wish, error.message, error.status, form)
            else:
                messages.success(request, _("改好了。"))
                return redirect(wish)
    photos = drafting.request_photos(wish)
    most = photos_max(wish.territory)
    context = {
        "wish": wish,
        "form": form,
        "on_behalf_of": on_behalf_of,
        "photos": photos,
        "room": max(most - len(photos), 0),
        "most": most,
        "photo_problems": problems,
    }
    failed = bool(form.errors or problems)
    return render(request, "wishes/wishes/steps/edit.html", context, status=400 if failed else 200)
