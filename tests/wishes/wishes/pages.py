"""Clients for page tests: signed in as people are, staff with their second factor done."""

from django.test import Client

from grids.roles.domain import STAFF_ROLES
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from tests.portal.accounts.factories import enter, enter_as_staff


def client_of(user: User | None) -> Client:
    """A browser in which this person is signed in; without a person, a visitor's."""
    client = Client()
    if user is None:
        return client
    if user.is_staff or holds_anywhere(user, STAFF_ROLES):
        return enter_as_staff(client, user)
    return enter(client, user)
