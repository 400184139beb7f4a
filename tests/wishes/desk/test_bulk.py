"""One step with many wishes: each in its own transaction, each with its result, nothing done twice."""

import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Event
from tests.grids.roles.factories import make_resident
from tests.portal.api.factories import client_of as program_of
from tests.wishes.wishes.factories import Cast, claimed, make_cast, moderated, posted
from tests.wishes.wishes.pages import client_of
from wishes.desk.models import BulkRow, BulkRun
from wishes.desk.services import bulk
from wishes.desk.services.bulk import begin_bulk, carry_out
from wishes.wishes.domain import End, State
from wishes.wishes.models import AnswerTemplate, Wish

Outcome = BulkRow.Outcome


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def waiting_for_a_look(cast: Cast, count: int) -> list[Wish]:
    return [moderated(cast, author=make_resident(cast.community), title=f"第{n}件") for n in range(count)]


def keys(wishes: list[Wish]) -> list[int]:
    return [wish.pk for wish in wishes]


def begun(actor: User, action: str, wishes: list[Wish], **params: str) -> BulkRun:
    return begin_bulk(actor=actor, uuid=uuid4(), action=action, keys=keys(wishes), params=params)


def test_each_wish_by_itself_and_each_refusal_with_its_reason(cast: Cast) -> None:
    ready, taken = waiting_for_a_look(cast, 2), claimed(cast).wish
    run = carry_out(actor=cast.worker, run=begun(cast.worker, "publish", [*ready, taken]))
    outcomes = {row.wish_id: (row.outcome, row.words) for row in run.rows.all()}
    assert {outcomes[wish.pk][0] for wish in ready} == {Outcome.DONE}
    assert outcomes[taken.pk][0] == Outcome.REFUSED
    assert "已认领" in outcomes[taken.pk][1]
    assert {wish.state for wish in Wish.objects.filter(pk__in=keys(ready))} == {State.PUBLISHED}
    assert run.finished_at is not None
    assert Event.objects.filter(type="wishes.wish.published", actor=cast.worker).count() == 2
    assert Event.objects.filter(type="desk.bulk.begun", actor=cast.worker).count() == 1


def test_the_words_go_to_every_wish_and_stay_nowhere_else(cast: Cast) -> None:
    wishes = waiting_for_a_look(cast, 2)
    run = carry_out(actor=cast.worker, run=begun(cast.worker, "decline", wishes, reason="请找物业。"))
    assert run.params == {}
    assert [wish.end_reason for wish in Wish.objects.filter(end=End.DECLINED)] == ["请找物业。"] * 2


def test_a_run_goes_on_where_it_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    wishes = waiting_for_a_look(cast, 3)
    run = begun(cast.worker, "publish", wishes)
    whole = bulk._take
    taken: list[int] = []

    def dies_after_one(actor: User, run: BulkRun, pk: int) -> None:
        if taken:
            raise KeyboardInterrupt
        taken.append(pk)
        whole(actor, run, pk)

    monkeypatch.setattr(bulk, "_take", dies_after_one)
    with pytest.raises(KeyboardInterrupt):
        carry_out(actor=cast.worker, run=run)
    assert run.rows.filter(outcome=Outcome.WAITING).count() == 2
    page = client_of(cast.worker).get(run.get_absolute_url()).content.decode()
    assert "还有 2 件没办到" in page
    monkeypatch.setattr(bulk, "_take", whole)
    client_of(cast.worker).post(run.get_absolute_url())
    assert run.rows.filter(outcome=Outcome.DONE).count() == 3
    assert Event.objects.filter(type="wishes.wish.published").count() == 3


def test_the_same_page_sent_twice_is_one_run(cast: Cast) -> None:
    wishes, token = waiting_for_a_look(cast, 1), uuid4()
    first = begin_bulk(actor=cast.worker, uuid=token, action="publish", keys=keys(wishes), params={})
    assert begin_bulk(actor=cast.worker, uuid=token, action="publish", keys=keys(wishes), params={}) == first
    with pytest.raises(Conflict):
        begin_bulk(actor=cast.secretary, uuid=token, action="publish", keys=keys(wishes), params={})


def test_what_one_does_not_handle_is_not_there(cast: Cast) -> None:
    wishes = waiting_for_a_look(cast, 1)
    with pytest.raises(Invalid):
        begun(cast.other_worker, "publish", wishes)
    with pytest.raises(NotAllowed):
        begun(cast.volunteer, "publish", wishes)
    run = begun(cast.worker, "publish", wishes)
    with pytest.raises(NotAllowed):
        carry_out(actor=cast.secretary, run=run)


def test_no_more_than_a_hundred(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        begin_bulk(actor=cast.worker, uuid=uuid4(), action="publish", keys=list(range(1, 102)), params={})
    assert refusal.value.code == "too_many"
    with pytest.raises(Invalid):
        begun(cast.worker, "confirm", waiting_for_a_look(cast, 1))


def test_the_pages_from_choosing_to_the_result(cast: Cast) -> None:
    wishes = [posted(cast, author=make_resident(cast.community), title=f"第{n}件") for n in range(2)]
    client, address = client_of(cast.worker), reverse("desk_bulk")
    template = AnswerTemplate.objects.create(
        purpose=AnswerTemplate.Purpose.CANNOT_BE_DONE, title="没有场地", text="社区没有场地。"
    )
    chosen = {"wish": [str(wish.pk) for wish in wishes], "action": "close_cannot_be_done", "back": "show=unclaimed"}
    page = client.post(address, chosen)
    assert page.status_code == 200
    assert all(wish.title in page.content.decode() for wish in wishes)
    with_words = client.post(address, {**chosen, "run": str(page.context["run"]), "template": template.pk})
    assert "社区没有场地。" in with_words.content.decode()
    confirm = {**chosen, "run": str(page.context["run"]), "ready": [str(wishes[0].pk)], "confirm": "1"}
    empty = client.post(address, {**confirm, "reason": " "})
    assert empty.status_code == 400
    assert "请写明为什么办不了" in empty.content.decode()
    done = client.post(address, {**confirm, "reason": "社区没有场地。"}, follow=True)
    assert "1 件办好了" in done.content.decode()
    ends = dict(Wish.objects.values_list("pk", "end"))
    assert (ends[wishes[0].pk], ends[wishes[1].pk]) == (End.CANNOT_BE_DONE, ""), "the second had been left out"


def test_nothing_chosen_leads_back_with_a_word(cast: Cast) -> None:
    client = client_of(cast.worker)
    for data in ({"action": "publish"}, {"wish": "1"}, {"wish": "999999", "action": "publish"}):
        answer = client.post(reverse("desk_bulk"), {**data, "back": "show=late"})
        assert answer["Location"] == f"{reverse('wish_desk')}?show=late"


def test_transfer_to_a_colleague_of_the_place(cast: Cast) -> None:
    wishes = [posted(cast, author=make_resident(cast.community)) for _ in range(2)]
    page = client_of(cast.worker).post(reverse("desk_bulk"), {"wish": keys(wishes), "action": "transfer"})
    offered = [value for value, _label in page.context["form"].fields["to"].choices]
    assert str(cast.secretary.pk) in offered
    assert str(cast.other_worker.pk) not in offered
    data = {"wish": keys(wishes), "ready": keys(wishes), "action": "transfer", "confirm": "1", "reason": "请您来办。"}
    client_of(cast.worker).post(reverse("desk_bulk"), {**data, "to": cast.secretary.pk})
    accepted = carry_out(actor=cast.secretary, run=begun(cast.secretary, "accept_handover", wishes))
    assert {row.outcome for row in accepted.rows.all()} == {Outcome.DONE}
    assert set(Wish.objects.filter(pk__in=keys(wishes)).values_list("responsible", flat=True)) == {cast.secretary.pk}


def test_for_programs(cast: Cast) -> None:
    ready, taken = waiting_for_a_look(cast, 1)[0], claimed(cast).wish
    program = program_of(cast.worker)
    body = {"action": "publish", "wishes": [ready.pk, taken.pk]}
    answer = program.post(reverse("api_desk_bulk"), body, format="json", headers={"Idempotency-Key": "k-1"})
    assert answer.status_code == 200
    assert {row["wish"]: row["outcome"] for row in answer.json()["rows"]} == {ready.pk: "done", taken.pk: "refused"}
    again = program.post(reverse("api_desk_bulk"), body, format="json", headers={"Idempotency-Key": "k-1"})
    assert again.json() == answer.json()
    assert program.get(reverse("api_desk_bulk_run", args=[answer.json()["uuid"]])).json() == answer.json()
    refused = program.post(reverse("api_desk_bulk"), {"action": "decline", "wishes": [ready.pk]}, format="json")
    assert refused.status_code == 400
    assert "reason" in refused.json()["errors"]


@pytest.mark.django_db(transaction=True)
def test_two_processes_over_one_run_do_each_wish_once() -> None:
    cast = make_cast()
    run = begun(cast.worker, "publish", waiting_for_a_look(cast, 4))
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        carry_out(actor=cast.worker, run=BulkRun.objects.get(pk=run.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert run.rows.filter(outcome=Outcome.DONE).count() == 4
    assert Event.objects.filter(type="wishes.wish.published").count() == 4
