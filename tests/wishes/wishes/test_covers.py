"""Whoever stands in sees and handles the grid's wishes on these days; afterwards they go back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from grids.roles.domain import Role
from grids.roles.models import DutyCover
from grids.roles.queries import forget
from portal.accounts.models import User
from tests.grids.duty.factories import away_on_leave
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import GridFactory
from tests.wishes.wishes.factories import make_cast, posted
from wishes.wishes.forms.steps import colleagues
from wishes.wishes.models import Wish
from wishes.wishes.tasks import redispatch

pytestmark = pytest.mark.django_db


def test_a_wish_comes_to_the_cover_and_goes_back_to_the_head() -> None:
    cast, now = make_cast(), timezone.now()
    colleague = make_staff(Role.GRID_HEAD, GridFactory(community=cast.community))
    before = posted(cast, at=now)
    away_on_leave(cast.grid_head, by=cast.worker, cover=colleague, first=0)
    assert before.responsible == cast.grid_head
    with override("zh-hans"):
        assert "代网格长" in colleagues(before)[colleague.pk]
    wish = posted(cast, at=now)
    assert wish.responsible == colleague
    forget(colleague)
    assert set(Wish.objects.work_list(colleague)) == {before, wish}
    DutyCover.objects.update(starts_on=timezone.localdate() - timedelta(days=2), ends_on=timezone.localdate())
    assert redispatch() == 1
    wish.refresh_from_db()
    assert wish.responsible == cast.grid_head
    assert not Wish.objects.work_list(User.objects.get(pk=colleague.pk)).exists()
