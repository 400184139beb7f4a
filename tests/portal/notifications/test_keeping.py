"""Inboxes keep what was read for a while, and what was not read, or did not arrive, for as long as it takes."""

from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone
from pytest_django import Settings

from portal.notifications import keeping
from portal.notifications.domain import Standing
from portal.notifications.keeping import forget_notices
from portal.notifications.models import ChannelDelivery, Notice
from portal.outbox.models import Event
from tests.portal.notifications.factories import PersonFactory, helped, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kinds")]


def test_only_what_was_read_long_ago_goes(settings: Settings) -> None:
    settings.NOTICES_KEPT_MONTHS = 2
    now, person = timezone.now(), PersonFactory()
    long_ago = now - timedelta(days=63)
    notices = [tell(person, event=helped(person, at=long_ago))[0] for _number in range(6)]
    unread, late, *old = notices
    keys = [notice.pk for notice in old]
    Notice.objects.update(created_at=long_ago)
    Notice.objects.filter(pk__in=keys).update(read_at=long_ago)
    Notice.objects.filter(pk=late.pk).update(read_at=now - timedelta(days=61))
    ChannelDelivery.objects.all().delete()
    for notice, standing in zip(
        old, (Standing.SENT, Standing.SKIPPED, Standing.UNKNOWN, Standing.WAITING), strict=True
    ):
        ChannelDelivery.objects.create(notice=notice, recipient=person, channel="sms", standing=standing)
    events = Event.objects.count()
    with mock.patch.object(keeping, "BATCH", 1):
        assert forget_notices(now=now) == 2
        assert forget_notices(now=now) == 0
    assert set(Notice.objects.values_list("pk", flat=True)) == {unread.pk, late.pk, *keys[2:]}
    assert set(ChannelDelivery.objects.values_list("standing", flat=True)) == {"unknown", "waiting"}
    assert Event.objects.count() == events
    # Sent at last, it goes as well.
    ChannelDelivery.objects.update(standing=Standing.SENT)
    assert forget_notices(now=now) == 2
