"""A POST sent twice with one key is done once, also when both arrive in the same moment."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.utils import timezone
from rest_framework.test import APIClient

from portal.accounts.models import User
from portal.api import idempotency
from portal.api.idempotency import forget_old_keys
from portal.api.models import IdempotencyKey
from tests.portal.api.factories import PersonFactory, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.api.routes")]
REGISTER, UNGUARDED = "/api/v1/test/register/", "/api/v1/test/register-unguarded/"


@pytest.fixture
def caller() -> APIClient:
    return client_of(PersonFactory())


def send(client: APIClient, body: dict[str, Any] | None = None, *, key: str = "k1", url: str = REGISTER) -> Any:
    return client.post(url, body or {}, format="json", headers={"Idempotency-Key": key})


def effects() -> int:
    return User.objects.filter(display_name="test").count()


def test_the_same_request_is_answered_the_same_and_done_once(caller: APIClient) -> None:
    first, second = send(caller, {"a": 1, "b": 2}), send(caller, {"b": 2, "a": 1})
    assert (first.status_code, second.status_code) == (201, 201)
    assert json.loads(first.content) == json.loads(second.content)
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert effects() == 1


def test_without_a_key_or_with_another_it_is_done_again(caller: APIClient) -> None:
    caller.post(REGISTER, {}, format="json")
    send(caller)
    send(caller, key="k2")
    assert effects() == 3


def test_keys_of_two_people_are_apart(caller: APIClient) -> None:
    send(caller)
    send(client_of(PersonFactory()))
    assert effects() == 2


def test_the_same_key_for_another_request_is_refused(caller: APIClient) -> None:
    send(caller, {"a": 1})
    other_body = send(caller, {"a": 2})
    assert (other_body.status_code, other_body.json()["code"]) == (422, "idempotency_key_reused")
    assert send(caller, {"a": 1}, url=f"{REGISTER}?x=1").status_code in (400, 422)
    assert effects() == 1


def test_a_refusal_is_kept_and_its_effect_is_not(caller: APIClient) -> None:
    first, second = send(caller, {"refuse": True}), send(caller, {"refuse": True})
    assert first.status_code == second.status_code == 409
    assert second["Content-Type"] == "application/problem+json"
    assert json.loads(first.content) == json.loads(second.content)
    assert second["Idempotency-Replayed"] == "true"
    assert effects() == 0


def test_a_fault_of_ours_keeps_nothing_so_that_it_can_be_tried_again(caller: APIClient) -> None:
    caller.raise_request_exception = False
    assert send(caller, {"break": True}).status_code == 500
    assert not IdempotencyKey.objects.exists()
    assert effects() == 0


@pytest.mark.parametrize("key", ["", "x" * 201, "编号", "a\tb"])
def test_a_malformed_key_is_refused(caller: APIClient, key: str) -> None:
    response = send(caller, key=key)
    assert (response.status_code, response.json()["code"]) == (400, "bad_idempotency_key")
    assert effects() == 0


def test_files_count_by_their_content(caller: APIClient) -> None:
    def upload(content: bytes) -> int:
        files = {"file": SimpleUploadedFile("a.bin", content)}
        return int(caller.post(REGISTER, files, format="multipart", headers={"Idempotency-Key": "f"}).status_code)

    assert [upload(b"one"), upload(b"one"), upload(b"two")] == [201, 201, 422]


def test_after_a_day_a_key_is_forgotten(caller: APIClient) -> None:
    send(caller)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    send(caller, {"other": "body"})
    assert effects() == 2
    assert forget_old_keys(now=timezone.now()) == 0
    assert forget_old_keys(now=timezone.now() + timedelta(hours=25)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("url", "expected"), [(REGISTER, {1}), (UNGUARDED, {10})], ids=["guarded", "control"])
def test_ten_at_once_are_one(url: str, expected: set[int]) -> None:
    """With the guard one effect and ten equal answers; without it, ten effects."""
    person, together = PersonFactory(), threading.Barrier(10)
    clients = [client_of(person) for _ in range(10)]

    def call(client: APIClient) -> tuple[int, bytes]:
        try:
            together.wait(timeout=30)
            response = send(client, url=url)
            return response.status_code, response.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=10) as pool:
        answers = list(pool.map(call, clients))
    assert {status for status, _body in answers} == {201}
    assert {len({body for _status, body in answers}), effects()} == expected


@pytest.mark.django_db(transaction=True)
def test_a_request_that_waits_too_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "LONGEST_WAIT", "100ms")
    person = PersonFactory()
    client, holding, done = client_of(person), threading.Event(), threading.Event()

    def hold() -> None:
        from django.db import transaction

        try:
            with transaction.atomic():
                IdempotencyKey.objects.create(user=person, key="k1", route="POST x", digest="x")
                holding.set()
                done.wait(timeout=30)
                transaction.set_rollback(True)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(timeout=30)
    response = send(client)
    done.set()
    holder.join(timeout=30)
    assert (response.status_code, response.json()["code"]) == (409, "still_running")
    assert send(client).status_code == 201
