"""How people enter, and who a session is of."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from portal.accounts.models import User
from portal.columns import Columns

_PERSON = Columns(User, "u")
_BY_KEY = f"SELECT {_PERSON.sql} FROM portal_user u WHERE u.id = %s"  # noqa: S608 - names of columns


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's in everything but who a session is of: every request asks, by a statement that is written out."""

    def get_user(self, user_id: Any) -> User | None:
        """The person, where they may still enter."""
        with connection.cursor() as cursor:
            cursor.execute(_BY_KEY, [user_id])
            row = cursor.fetchone()
        found = _PERSON.take(iter(row)) if row else None
        return found if found is not None and self.user_can_authenticate(found) else None
