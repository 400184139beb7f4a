"""How a story of the demo is told: who wishes what, when, and what happened then, each step after a while."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from grids.bodies.models import Body
from portal.accounts.models import User
from portal.photos.models import Photo
from wishes.wishes import services
from wishes.wishes.domain import CallOutcome, Stars
from wishes.wishes.models import Claim, OutsideBody, Wish


@dataclass(frozen=True)
class Scene:
    """What a step sees: the wish as it is now, everybody by name, all wishes by story, and a way to take photos."""

    wish: Wish
    people: dict[str, User]
    wishes: dict[str, Wish]
    photograph: Callable[[User, str], Photo]
    at: datetime

    def person(self, name: str) -> User:
        """Somebody by name; without a name, whoever is responsible for the wish."""
        if name:
            return self.people[name]
        assert self.wish.responsible is not None
        return self.people[self.wish.responsible.legal_name]


class Step(NamedTuple):
    """Something that happens `after` the step before it."""

    after: timedelta
    act: Callable[[Scene], object]


@dataclass(frozen=True)
class Story:
    """One wish. It is posted `days` ago at `clock` (Shanghai), or `hours` ago where that is given."""

    key: str
    who: str
    place: str  # community or community-grid
    category: str
    title: str
    details: str
    spot: str = ""
    days: int = 0
    clock: str = "09:00"
    hours: float = 0
    steps: tuple[Step, ...] = ()
    photos: tuple[str, ...] = ()
    special: str = ""
    named: bool = False
    by: str = ""  # the cadre who wrote it down
    hotline: bool = False  # another system sent it in
    amount: tuple[int, str] = field(default=(0, ""))
    sent: bool = True


def wait(*, days: float = 0, hours: float = 0, minutes: float = 0) -> timedelta:
    """How long until the next step."""
    return timedelta(days=days, hours=hours, minutes=minutes)


def claim(after: timedelta, who: str, message: str = "", *, part: int | None = None, body: str = "") -> Step:
    """Somebody takes it on, or a part of the goods, in their own name or in that of a body."""

    def act(s: Scene) -> object:
        name = Body.objects.select_related("territory").get(name=body) if body else None
        actor = s.people[who]
        return services.claim_wish(actor=actor, wish=s.wish, quantity=part, body=name, message=message, at=s.at)

    return Step(after, act)


def give_up(after: timedelta, reason: str, *, who: str = "") -> Step:
    """The claimant cannot help after all; of several, `who` it is."""

    def act(s: Scene) -> object:
        claims = Claim.objects.select_related("claimant", "wish").filter(wish=s.wish, state="live")
        live = claims.get(claimant=s.people[who]) if who else claims.get()
        return services.give_up_claim(actor=live.claimant, claim=live, reason=reason, at=s.at)

    return Step(after, act)


def done(after: timedelta, note: str, *photos: str, by: str = "", who: str = "", body: str = "") -> Step:
    """The claimant, or `by`, says that it is done; of several, `who` did or the one for `body`."""

    def act(s: Scene) -> object:
        live = s.wish.claims.filter(state="live")
        live = live.filter(claimant=s.people[who]) if who else live
        part = (live.filter(body__name=body) if body else live).get()
        actor = s.people[by] if by else part.claimant
        taken = [s.photograph(actor, picture) for picture in photos]
        return services.fulfil_claim(actor=actor, wish=s.wish, claim=part.pk, note=note, photos=taken, at=s.at)

    return Step(after, act)


def rate(after: timedelta, speed: int, attitude: int, result: int, comment: str = "", *, by: str = "") -> Step:
    """The author confirms and rates; `by` is a cadre who does it for them."""

    def act(s: Scene) -> object:
        actor = s.people[by] if by else s.wish.author
        return services.confirm_wish(
            actor=actor,
            wish=s.wish,
            stars=Stars(speed, attitude, result),
            comment=comment,
            on_behalf_of=s.wish.author if by else None,
            at=s.at,
        )

    return Step(after, act)


def reopen(after: timedelta, reason: str) -> Step:
    """Not done yet, says the author."""
    return Step(after, lambda s: services.reopen_wish(actor=s.wish.author, wish=s.wish, reason=reason, at=s.at))


def verify(after: timedelta, note: str, *, by: str = "") -> Step:
    """Grid staff have been there and found it true."""
    return Step(after, lambda s: services.verify_wish(actor=s.person(by), wish=s.wish, note=note, at=s.at))


def send_back(after: timedelta, reason: str, *, by: str = "") -> Step:
    """Something is missing."""
    return Step(after, lambda s: services.reject_verification(actor=s.person(by), wish=s.wish, reason=reason, at=s.at))


def send_again(after: timedelta, details: str) -> Step:
    """The author has added what was missing."""

    def act(s: Scene) -> object:
        services.save_draft(actor=s.wish.author, wish=s.wish, details=details)
        return services.submit_wish(actor=s.wish.author, wish=s.wish, at=s.at)

    return Step(after, act)


def publish(after: timedelta, *, by: str = "") -> Step:
    """Looked at, and public from now on."""
    return Step(after, lambda s: services.publish_wish(actor=s.person(by), wish=s.wish, at=s.at))


def decline(after: timedelta, reason: str, *, by: str = "") -> Step:
    """Not taken on."""
    return Step(after, lambda s: services.decline_wish(actor=s.person(by), wish=s.wish, reason=reason, at=s.at))


def cannot(after: timedelta, reason: str, *, by: str = "") -> Step:
    """It cannot be done."""
    return Step(after, lambda s: services.close_cannot_be_done(actor=s.person(by), wish=s.wish, reason=reason, at=s.at))


def not_ours(after: timedelta, to: str, reason: str, *, by: str = "") -> Step:
    """Another body's matter."""
    return Step(
        after,
        lambda s: services.close_not_ours(actor=s.person(by), wish=s.wish, referred_to=to, reason=reason, at=s.at),
    )


def duplicate(after: timedelta, of: str, reason: str = "", *, by: str = "") -> Step:
    """The same as the wish of another story."""
    return Step(
        after,
        lambda s: services.close_duplicate(actor=s.person(by), wish=s.wish, of=s.wishes[of], reason=reason, at=s.at),
    )


def withdraw(after: timedelta, reason: str = "") -> Step:
    """The author takes it back."""
    return Step(after, lambda s: services.withdraw_wish(actor=s.wish.author, wish=s.wish, reason=reason, at=s.at))


def ask(after: timedelta, question: str, *, by: str = "") -> Step:
    """Somebody asks the resident; the clock rests."""
    return Step(
        after, lambda s: services.pause_for_resident(actor=s.person(by), wish=s.wish, question=question, at=s.at)
    )


def answer(after: timedelta, words: str) -> Step:
    """The resident answers."""

    def act(s: Scene) -> object:
        question = s.wish.questions.get(answered_at=None)
        return services.answer_question(actor=s.wish.author, question=question, answer=words, at=s.at)

    return Step(after, act)


def extend(after: timedelta, limit: str, reason: str, *, by: str = "") -> Step:
    """More time."""
    return Step(
        after, lambda s: services.extend_wish(actor=s.person(by), wish=s.wish, by=limit, reason=reason, at=s.at)
    )


def hand_on(after: timedelta, to: str, reason: str, *, by: str = "") -> Step:
    """Somebody else is asked to answer for it, and says yes at once."""

    def act(s: Scene) -> object:
        services.transfer_wish(actor=s.person(by), wish=s.wish, to=s.people[to], reason=reason, at=s.at)
        return services.accept_handover(actor=s.people[to], wish=s.wish, at=s.at)

    return Step(after, act)


def refer(after: timedelta, body: str, reason: str, answered: str = "", *, by: str = "") -> Step:
    """Referred to a registered body, which answers where `answered` says what."""

    def act(s: Scene) -> object:
        found, _new = OutsideBody.objects.get_or_create(name=body, defaults={"phone": "12345"})
        wish = services.close_not_ours(actor=s.person(by), wish=s.wish, body=found, reason=reason, at=s.at)
        return answered and services.answer_by_link(referral=wish.referrals.get(), answer=answered, at=s.at)

    return Step(after, act)


def appeal(after: timedelta, reason: str) -> Step:
    """The author asks that somebody else look at the refusal."""
    return Step(after, lambda s: services.open_appeal(actor=s.wish.author, subject=s.wish, reason=reason, at=s.at))


def decide_appeal(after: timedelta, who: str, reason: str, *, uphold: bool) -> Step:
    """Somebody else than who declined decides."""

    def act(s: Scene) -> object:
        found = s.wish.appeals.get(state="open")
        return services.decide_appeal(actor=s.people[who], appeal=found, uphold=uphold, reason=reason, at=s.at)

    return Step(after, act)


def call(after: timedelta, who: str, outcome: str, note: str = "") -> Step:
    """Somebody who had no part in it calls the resident back."""

    def act(s: Scene) -> object:
        services.look_up_phone(actor=s.people[who], wish=s.wish, at=s.at)
        return services.record_call(actor=s.people[who], wish=s.wish, outcome=CallOutcome(outcome), note=note, at=s.at)

    return Step(after, act)


def object_to(after: timedelta, reason: str, *, to: str = "", by: str = "") -> Step:
    """Whom it was sent to says that it belongs elsewhere."""

    def act(s: Scene) -> object:
        proposed = s.people[to] if to else None
        return services.object_to_dispatch(actor=s.person(by), wish=s.wish, reason=reason, to=proposed, at=s.at)

    return Step(after, act)


def accept(after: timedelta, who: str) -> Step:
    """Who was asked takes it over."""
    return Step(after, lambda s: services.accept_handover(actor=s.people[who], wish=s.wish, at=s.at))


def refuse(after: timedelta, who: str, reason: str) -> Step:
    """Who was asked does not take it over."""
    return Step(after, lambda s: services.refuse_handover(actor=s.people[who], wish=s.wish, reason=reason, at=s.at))


def decide(after: timedelta, who: str, reason: str, *, to: str = "") -> Step:
    """The level above decides an objection."""

    def act(s: Scene) -> object:
        named = s.people[to] if to else None
        return services.decide_objection(actor=s.people[who], wish=s.wish, to=named, reason=reason, at=s.at)

    return Step(after, act)


def look(after: timedelta, who: str, reason: str) -> Step:
    """Somebody looks at the contact, for a reason."""
    return Step(after, lambda s: services.reveal_contact(actor=s.people[who], wish=s.wish, reason=reason, at=s.at))
