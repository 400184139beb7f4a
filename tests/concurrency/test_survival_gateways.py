"""A text message gateway that is slow, and one that says nothing: they hold up their own messages and nobody else."""

import json
import time
from collections import Counter
from datetime import time as clock_time

from django.conf import settings
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.sms import sms_kinds
from portal.notifications.domain import Standing
from portal.notifications.models import ChannelDelivery, FanOut, Notice, QuietHours
from portal.notifications.registry import Channel
from portal.notifications.services import resend
from portal.outbox.models import Event
from tests.concurrency.callers import HealthWatch
from tests.concurrency.chores import nothing_waits
from tests.concurrency.recovery import by_script_faults, note
from tests.concurrency.silent_gateway import silent_gateway
from tests.grids.roles.factories import make_resident
from tests.portal_server import PortalServer, wait_for
from tests.wishes.wishes.factories import Cast, posted
from wishes.wishes import services
from wishes.wishes.models import Wish

MANY, SLOW_SECONDS = 8, 2.0


@by_script_faults
def test_slow_gateway_holds_up_nobody_but_its_own_messages(portal_server: PortalServer, cast: Cast) -> None:
    portal = portal_server
    with portal.database(wake=False):
        many = [make_resident(cast.community) for _ in range(MANY)]
        for person in many:
            QuietHours.objects.create(user=person, starts=clock_time(0), ends=clock_time(0))
        wish = posted(cast, at=timezone.now())
        event = Event.objects.filter(subject_id=wish.pk).latest("pk")
    wait_for(lambda: nothing_waits(portal), "peace")
    slow = {"SMS_BACKEND": "tests.concurrency.slow_gateway", "SLOW_GATEWAY": str(SLOW_SECONDS)}
    portal.restart_worker({**slow, "SLOW_SPARES": cast.author.phone or ""})
    portal.wait_until_revived()
    before = told_of_help(portal, cast)
    try:
        with HealthWatch(portal) as watch:
            with portal.database(wake=False):
                FanOut.objects.create(
                    event=event,
                    kind="wishes.claimed",
                    params={"who": "李师傅", "title": "修水管", "message": ""},
                    url="/",
                    recipients=[person.pk for person in many],
                    total=MANY,
                )
            portal.wake("portal.notifications.tasks.bulk")
            wait_for(lambda: received(portal, many), "the first message of the fan-out")
            with portal.database():
                services.claim_wish(actor=cast.volunteer, wish=wish, at=timezone.now())
            began = time.monotonic()
            wait_for(lambda: told_of_help(portal, cast) > before, "a single message")
            seconds = time.monotonic() - began
            on_the_way = len(received(portal, many))
            assert on_the_way < MANY
        # The gateway is itself again, and the rest follows.
        portal.restart_worker()
        portal.wake("portal.notifications.tasks.bulk")
        wait_for(lambda: len(received(portal, many)) >= MANY, "the whole fan-out")
        assert Counter(received(portal, many)) == Counter(str(person.phone) for person in many)
    except BaseException:
        portal.restart_worker()
        raise
    found = f"a single message left while {MANY - on_the_way} of {MANY} slow ones waited; each told once"
    note(f"text gateway answers in {SLOW_SECONDS:.0f} s", meanwhile=watch.words, seconds=seconds, found=found)


def told_of_help(portal: PortalServer, cast: Cast) -> int:
    """How many text messages told the author that somebody helps."""
    return sum("帮您" in message["text"] for message in portal.text_messages(cast.author.phone or ""))


def received(portal: PortalServer, people: list[User]) -> list[str]:
    """Phone numbers that got a message, once for each."""
    phones = {person.phone for person in people}
    lines = portal.sms_file.read_text().splitlines() if portal.sms_file.exists() else []
    return [phone for line in lines if (phone := json.loads(line)["phone"]) in phones]


@by_script_faults
def test_silent_gateway_costs_its_messages_their_time_limit(portal_server: PortalServer, cast: Cast) -> None:
    """Whether the message left nobody knows: it is not sent again until a person says so. Whatever else is told is."""
    portal = portal_server
    with portal.database(wake=False):
        wishes = [posted(cast, at=timezone.now()) for _ in range(3)]
    wait_for(lambda: nothing_waits(portal), "peace")
    try:
        with silent_gateway() as (gateway, address):
            portal.restart_worker(
                {
                    "DJANGO_SETTINGS_MODULE": "tests.concurrency.faulty_settings",
                    "WUWEI_FAULT": "silent_gateway",
                    "WUWEI_FAULT_GATEWAY": address,
                    "SMS_BACKEND": "portal.accounts.sms.alibaba",
                    "SMS_TEMPLATES": json.dumps({kind.name: "SMS_1" for kind in sms_kinds()}),
                }
            )
            portal.wait_until_revived()
            with HealthWatch(portal) as watch:
                with portal.database():
                    for wish in wishes[:2]:
                        services.claim_wish(actor=cast.volunteer, wish=wish, at=timezone.now())
                # The inbox does not wait for the gateway.
                wait_for(lambda: len(inbox(portal, cast, wishes[:2])) == 2, "what the inboxes say")
                assert standings(portal, cast, wishes[:2])[Standing.UNKNOWN] == 0
                wait_for(lambda: standings(portal, cast, wishes[:2])[Standing.UNKNOWN] == 2, "the time limits")
            assert times_asked(gateway.asked) == 2

            gateway.speaks.set()
            with portal.database():
                services.claim_wish(actor=cast.volunteer, wish=wishes[2], at=timezone.now())
            began = time.monotonic()
            wait_for(lambda: standings(portal, cast, wishes)[Standing.SENT] == 1, "the next message")
            seconds = time.monotonic() - began
            # Nobody was told twice, until somebody who asked the neighbour says: once more.
            assert times_asked(gateway.asked) == 3
            with portal.database():
                unsure = ChannelDelivery.objects.filter(recipient=cast.author, standing=Standing.UNKNOWN)
                resend(actor=cast.worker, delivery=unsure.latest("pk"))
            wait_for(lambda: standings(portal, cast, wishes)[Standing.SENT] == 2, "what was sent again")
            assert times_asked(gateway.asked) == 4
            assert standings(portal, cast, wishes) == {Standing.SENT: 2, Standing.UNKNOWN: 1}
    finally:
        portal.restart_worker()
    found = "all 3 in the inbox at once; 2 texts put aside as unknown, none sent again until a person said so"
    fault = f"text gateway takes messages and says nothing (time limit {settings.SMS_TIMEOUT} s)"
    note(fault, meanwhile=watch.words, seconds=seconds, found=found)


def times_asked(words: list[str]) -> int:
    """How often the gateway was asked to tell the author that somebody helps."""
    return sum("帮您" in each for each in words)


def inbox(portal: PortalServer, cast: Cast, wishes: list[Wish]) -> list[Notice]:
    """What the author was told of claims."""
    told = Notice.objects.filter(recipient=cast.author, kind="wishes.claimed")
    with portal.database(wake=False):
        return list(told.filter(event__subject_id__in=[wish.pk for wish in wishes]))


def standings(portal: PortalServer, cast: Cast, wishes: list[Wish]) -> Counter[str]:
    """How the text messages for these claims stand."""
    notices = inbox(portal, cast, wishes)
    texts = ChannelDelivery.objects.filter(notice__in=notices, channel=Channel.SMS)
    with portal.database(wake=False):
        return Counter(texts.values_list("standing", flat=True))
