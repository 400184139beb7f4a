"""People at the door of the portal."""

from django.test import Client

from portal.accounts.models import User
from tests.portal.accounts.factories import enter, enter_as_staff


def page(client: Client, url: str, *, status: int = 200) -> str:
    """The page as text; it has to answer with the status."""
    response = client.get(url)
    assert response.status_code == status, (response.headers, response.content.decode()[:2000])
    return response.content.decode()


def signed_in(user: User) -> Client:
    """A browser in which the person has passed everything that entering asks of them."""
    return enter_as_staff(Client(), user) if user.is_staff else enter(Client(), user)
