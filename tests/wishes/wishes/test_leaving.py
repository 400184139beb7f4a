"""Whoever leaves takes their words along; the copy of their data has all of it."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import JSONField
from django.db.models.fields import CharField, TextField

from portal.accounts.erasure import erase_user
from portal.accounts.export import export_data
from portal.outbox.services import drain
from tests.wishes.wishes.factories import MONDAY, Cast, claimed, confirmed, make_cast, posted, special
from wishes.wishes import services
from wishes.wishes.domain import ClaimState, End, Stars, State
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db
CANARY = "金丝雀"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def full_life(cast: Cast) -> Wish:
    """A wish with the author's words in every place that takes words."""
    wish = special(cast, title=f"{CANARY}一", details=f"{CANARY}二", place=f"{CANARY}三", address=f"{CANARY}四")
    wish = services.reject_verification(actor=cast.grid_head, wish=wish, reason=f"{CANARY}的材料", note=f"{CANARY}家")
    services.submit_wish(actor=cast.author, wish=wish)
    services.verify_wish(actor=cast.grid_head, wish=wish, note=f"见到{CANARY}本人")
    question = services.pause_for_resident(actor=cast.grid_head, wish=wish, question="几点？")
    services.answer_question(actor=cast.author, question=question, answer=f"{CANARY}五")
    services.claim_wish(actor=cast.volunteer, wish=wish)
    services.reveal_contact(actor=cast.volunteer, wish=wish, reason="约时间")
    services.fulfil_claim(actor=cast.volunteer, wish=wish, note="好了")
    services.reopen_wish(actor=cast.author, wish=wish, reason=f"{CANARY}六")
    services.fulfil_claim(actor=cast.volunteer, wish=wish, note="又好了")
    services.confirm_wish(actor=cast.author, wish=wish, stars=Stars(5, 5, 5), comment=f"{CANARY}七")
    return wish


def places_with(word: str) -> set[str]:
    """Every column of the portal's own tables that still holds the word."""
    found = set()
    for model in [model for app in ("portal", "grids", "wishes") for model in apps.get_app_config(app).get_models()]:
        for field in model._meta.concrete_fields:
            if isinstance(field, CharField | TextField | JSONField):
                values = model._base_manager.exclude(**{f"{field.name}__isnull": True}).values_list(
                    field.name, flat=True
                )
                if any(word in json.dumps(value, ensure_ascii=False, default=str) for value in values):
                    found.add(f"{model._meta.label}.{field.name}")
    return found


def test_nothing_the_person_wrote_remains_anywhere(cast: Cast) -> None:
    full_life(cast)
    drain()
    assert {"wishes.Wish.title", "wishes.Verification.note", "portal.Notice.params"} <= places_with(CANARY)

    erase_user(actor=cast.author, user=cast.author)
    drain()

    assert places_with(CANARY) == set()
    assert Wish.objects.get().author_name == "已注销用户"


def test_open_wishes_are_withdrawn_and_the_helper_is_told(cast: Cast) -> None:
    claim = claimed(cast)
    services.start_draft(actor=cast.author)

    erase_user(actor=cast.author, user=cast.author)

    wish = Wish.objects.get()
    claim.refresh_from_db()
    assert (wish.state, wish.end, claim.state) == (State.CLOSED, End.WITHDRAWN, ClaimState.ENDED)


def test_a_helper_who_leaves_gives_the_wish_back(cast: Cast) -> None:
    claim = claimed(cast)

    erase_user(actor=cast.volunteer, user=cast.volunteer)

    wish = Wish.objects.get(pk=claim.wish_id)
    assert (wish.state, wish.claimant) == (State.PUBLISHED, None)


def test_what_others_did_for_the_person_still_counts(cast: Cast) -> None:
    wish = confirmed(cast)

    erase_user(actor=cast.author, user=cast.author)

    wish.refresh_from_db()
    assert (wish.end, wish.claimant, wish.ratings.count()) == (End.FULFILLED, cast.volunteer, 1)


def test_the_copy_of_ones_data_has_the_wishes_with_everything_private(cast: Cast) -> None:
    full_life(cast)
    posted(cast, at=MONDAY + timedelta(days=1))

    archive = zipfile.ZipFile(io.BytesIO(b"".join(export_data(actor=cast.author, user=cast.author))))
    data = json.loads(archive.read("wishes.json"))

    first = data["wishes"][-1]
    assert len(data["wishes"]) == 2
    assert (first["address"], first["reopenings"]) == (f"{CANARY}四", [f"{CANARY}六"])
    assert first["ratings"][0]["comment"] == f"{CANARY}七"
