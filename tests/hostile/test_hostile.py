"""Hostile texts through every field of wishes, hostile values in every parameter, hostile files: never a fault of ours,
and what is stored is shown as the text it is."""

import email
import email.policy
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from portal.cleaning import clean_text
from portal.notifications.channels import by_email
from portal.notifications.composing import compose_notice
from portal.notifications.models import ChannelDelivery, Notice
from portal.outbox.services import drain
from tests.hostile.corpus import FILE_NAMES, MADE, MARKUP, PARAMETERS, TEXTS, VALUES
from tests.hostile.forms import forms_of
from tests.hostile.life import lived
from tests.permissions.addresses import address
from tests.permissions.rows import rows
from tests.permissions.world import World, build, drawn_plainly, undone
from tests.portal.photos import corpus as pictures
from tests.wishes.wishes.api_calls import BODIES
from wishes.wishes.models import Wish

AUTHORS = frozenset(
    {"save", "submit", "edit", "confirm", "reopen", "withdraw", "answer", "attach-photo", "remove-photo", "discard"}
)
CLAIMANTS = frozenset({"give-up", "fulfil"})
STATE_OF = {
    **dict.fromkeys(("save", "submit", "discard", "attach-photo", "remove-photo"), "draft"),
    **dict.fromkeys(("give-up", "fulfil", "question"), "claimed"),
    **dict.fromkeys(("confirm", "reopen"), "fulfilled"),
    **dict.fromkeys(("verify", "reject-verification"), "verifying"),
    "publish": "submitted",
}
PAGE_FORMS = (
    ("author", "wish_draft where"),
    ("author", "wish_draft what"),
    ("author", "wish_draft details"),
    ("author", "wish_draft who"),
    ("author", "wish_draft check"),
    ("author", "wish_edit published"),
    ("author", "wish_step fulfilled confirm"),
    ("volunteer", "wish_step published claim"),
    ("volunteer", "wish_step claimed fulfil"),
    ("worker", "wish_step published decline"),
    ("worker", "wish_step published transfer"),
    ("worker", "wish_contact published"),
    ("worker", "wish_new_for"),
    ("author", "party_mine_edit"),
    ("worker", "party_member"),
    ("worker", "pairing_member"),
    ("worker", "pairing_household"),
    ("author", "my_tokens"),
    ("author", "my_profile"),
)


def inert(html: str) -> bool:
    """Whether nothing of the corpus has become markup or a value."""
    return not any(words in html for words in (*MARKUP, *MADE))


def some_texts(place: int) -> list[tuple[str, str]]:
    """Some of the corpus, others at another place, so that all of it is used without taking all day."""
    return list(TEXTS.items())[place % 5 :: 5]


class TestHostile:
    """In one world: what a request does to it is undone after the request."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(
        cls, django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[World]:
        generous = dict.fromkeys(("read", "write", "upload", "reveal"), "1000000/m")
        changed = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"), API_RATES=generous)
        with changed, drawn_plainly(), django_db_blocker.unblock(), transaction.atomic():
            cache.clear()
            yield build()
            transaction.set_rollback(True)

    @pytest.mark.parametrize("step", sorted(BODIES))
    def test_every_text_of_every_step_of_the_api(self, world: World, step: str) -> None:
        wish = world.wishes[STATE_OF.get(step, "published")]
        who = "author" if step in AUTHORS else "volunteer" if step in CLAIMANTS else "worker"
        for name, text in some_texts(sorted(BODIES).index(step)):
            body: dict[str, Any] = dict(BODIES[step])
            body |= {key: text for key, value in body.items() if isinstance(value, str)}
            if step in ("save", "edit"):
                body |= dict.fromkeys(("title", "details", "place", "address", "contact_name", "unit"), text)
            with undone():
                answer = world.clients[who].post(
                    f"/api/v1/wishes/{wish.pk}/{step}/", json.dumps(body), content_type="application/json"
                )
                assert answer.status_code < 500, (step, name)
                if answer.status_code < 300 and wish.number:
                    page = world.clients["worker"].get(f"/wishes/{wish.number}/")
                    assert inert(page.content.decode()), (step, name)

    @pytest.mark.parametrize(("who", "row"), PAGE_FORMS, ids=[row for _who, row in PAGE_FORMS])
    def test_every_field_of_every_form(self, world: World, who: str, row: str) -> None:
        client, path = world.clients[who], address(world, row)
        page = client.get(path)
        forms = [form for form in forms_of(page.content.decode()) if form.texts] if page.status_code == 200 else []
        for form in forms:
            for name, text in some_texts(len(row) + len(form.texts)):
                with undone():
                    answer = client.post(form.action or path, form.filled(text))
                    assert answer.status_code < 500, (row, name)
                    assert inert(answer.content.decode()), (row, name)
                    if answer.status_code == 302:
                        assert "\n" not in answer["Location"]
                        then = client.get(answer["Location"])
                        assert then.status_code < 500, (row, name)
                        assert inert(then.content.decode()), (row, name)

    def test_every_parameter_of_every_address(self, world: World) -> None:
        """Each parameter has one of the values, and another one at the next address."""
        wrong: list[tuple[str, object]] = []
        for turn, row in enumerate(rows()):
            if row.route == "healthz" or (row.is_admin and not row.route.endswith("_changelist")):
                continue
            given = {name: VALUES[(place + turn) % len(VALUES)] for place, name in enumerate(PARAMETERS)}
            client = world.clients["system_administrator" if row.is_admin else "worker"]
            client.raise_request_exception = False
            with undone():
                answer = client.get(address(world, row.name), given)
            client.raise_request_exception = True
            if answer.status_code >= 500:
                wrong.append((row.name, answer.status_code))
            elif not answer.streaming and not inert(answer.content.decode(errors="replace")):
                wrong.append((row.name, "not inert"))

        assert wrong == []

    @pytest.mark.parametrize("name", ["page[]", "page", "after", "cursor", "state"])
    def test_parameters_that_come_many_times(self, world: World, name: str) -> None:
        for path in ("/wishes/", "/wishes/mine/", "/wishes/desk/", "/api/v1/wishes/", "/open311/v2/requests.json"):
            answer = world.clients["worker"].get(f"{path}?" + "&".join(f"{name}={n}" for n in range(300)))
            assert answer.status_code < 500, path

    def test_texts_that_were_stored_are_inert_everywhere(self, world: World) -> None:
        """In lists, on the desk, in the admin site, messages, feeds and the API."""
        with undone():
            for text in (TEXTS["script"] + TEXTS["template"], TEXTS["attribute"] + TEXTS["right-to-left"]):
                lived(world.cast, text)
            drain()
            number = Wish.objects.latest("pk").number
            for who, path in (
                ("anonymous", "/wishes/"),
                ("author", "/wishes/mine/"),
                ("worker", "/wishes/desk/"),
                ("worker", f"/wishes/{number}/"),
                ("author", f"/wishes/{number}/"),
                ("author", "/messages/"),
                ("worker", "/messages/"),
                ("system_administrator", reverse("admin:wishes_wish_changelist")),
                ("audit_administrator", reverse("admin:portal_event_changelist")),
            ):
                answer = world.clients[who].get(path)
                html = answer.content.decode()
                assert answer.status_code == 200, path
                assert inert(html), path
                assert not any(sign in html for sign in "\u202e\u2066\u200b\ufeff\x00"), path
            feed = reverse("community_rss", args=[world.cast.community.code])
            for path in ("/api/v1/wishes/", "/open311/v2/requests.xml", feed):
                answer = world.clients["anonymous"].get(path)
                assert answer.status_code == 200, path
                assert "html" not in answer["Content-Type"]
                assert answer["X-Content-Type-Options"] == "nosniff"

    def test_texts_that_were_stored_leave_in_mails_and_on_paper_as_the_text_they_are(self, world: World) -> None:
        with undone():
            for text in (TEXTS["script"] + TEXTS["crlf"], TEXTS["attribute"] + TEXTS["format"] + TEXTS["nul"]):
                lived(world.cast, text)
            drain()
            written = [compose_notice(ChannelDelivery(notice=notice)) for notice in Notice.objects.all()]
            assert sum("alert('" in message.body for message in written) > 1, "the words are told"
            for message in written:
                assert not set(message.subject) & set("\r\n\x00"), message.subject
                by_email(address="a@example.org", subject=message.subject, body=message.body, token=uuid4())
                sent = email.message_from_bytes(mail.outbox[-1].message().as_bytes(), policy=email.policy.default)
                assert not {"set-cookie", "bcc", "cc"} & {name.lower() for name in sent}
                assert sent["To"] == "a@example.org"
                assert sent.get_content_type() == "text/plain"
            for wish in Wish.objects.order_by("-pk")[:2]:
                answer = world.clients["author"].get(reverse("wish_slip", args=[wish.number]))
                assert answer["Content-Type"] == "application/pdf"
                paper = answer.content
                assert paper.startswith(b"%PDF")
                assert not any(
                    word in paper for word in (b"/JavaScript", b"/JS", b"javascript:", b"/Launch", b"/EmbeddedFile")
                )

    @pytest.mark.parametrize("name", FILE_NAMES, ids=range(len(FILE_NAMES)))
    def test_names_of_files_go_nowhere(self, world: World, name: str) -> None:
        for content in (pictures.jpeg(), b"<script>alert(1)</script>", b"GIF89a<?php", b"", b"PK\x03\x04"):
            with undone():
                file = SimpleUploadedFile("a.jpg", content, content_type="image/jpeg")
                # Past what the class makes of a name: a client may send anything.
                file.__dict__["_name"] = name
                answer = world.clients["author"].post("/api/v1/photos/", {"file": file, "photo": file})
            assert answer.status_code < 500
            assert name[:8] not in answer.content.decode() or not name.strip(".")


# The mark has the database made also when this file runs alone; the class above manages its own transaction.
@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_texts_are_cleaned_of_what_nobody_sees(name: str) -> None:
    cleaned = clean_text(TEXTS[name], lines=True)

    assert not any(sign in cleaned for sign in "\u202e\u2066\u200f\u200b\ufeff\u2060\u00ad\x00\x1b\ufffe")
    assert name != "invisible" or cleaned == ""
    assert name != "emoji" or "👨‍👩‍👧‍👦" in cleaned
