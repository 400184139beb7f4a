"""Work at the desk for these tests."""

from uuid import uuid4

from portal.accounts.models import User
from wishes.desk.models import BulkRun
from wishes.desk.services import begin_bulk, carry_out
from wishes.wishes.models import Wish


def finished_run(*, actor: User, wish: Wish) -> BulkRun:
    """A bulk run over one wish, gone through."""
    run = begin_bulk(actor=actor, uuid=uuid4(), action="publish", keys=[wish.pk], params={})
    return carry_out(actor=actor, run=run)
