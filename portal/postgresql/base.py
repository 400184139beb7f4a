"""The connection (`ENGINE = "portal.postgresql"`): a commit that finds a row referred to gone says so in words.

Foreign keys are checked when a transaction ends. Where what somebody chose was removed at that very moment, as when the
import that made a grid is undone, their commit fails; they are told as of any other conflict, in the form they sent.
"""

from typing import Final

from django.db import IntegrityError
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.utils.translation import gettext_lazy as _

from portal.errors import Conflict

FOREIGN_KEY_VIOLATION: Final = "23503"


class ReferenceGone(Conflict, IntegrityError):
    """What was chosen was removed in the same moment. An IntegrityError too, so that Django undoes the transaction."""

    default_code = "reference_gone"


class DatabaseWrapper(PostgreSQL):
    """As Django's own but for the end of a transaction."""

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # the stubs know no private method
        except IntegrityError as error:
            if getattr(error.__cause__, "sqlstate", "") != FOREIGN_KEY_VIOLATION:
                raise
            raise ReferenceGone(_("您选的地方或内容刚刚被撤掉了。请刷新以后另选一个，再试一次。")) from error
