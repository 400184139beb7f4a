"""People and tokens for tests of the API."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from rest_framework.test import APIClient

from portal.accounts.models import User
from portal.api.models import AppToken
from portal.api.tokens import create_token


class PersonFactory(DjangoModelFactory[User]):
    """Somebody with an account."""

    class Meta:
        model = User

    phone = factory.Sequence(lambda n: f"+86138{n:08d}")
    phone_verified_at = factory.LazyFunction(timezone.now)


def client_of(user: User | None, **headers: str) -> APIClient:
    """A program that calls with a new token of this person; without one where there is no person."""
    client = APIClient(headers=headers)
    if user is not None:
        _token, text = create_token(actor=user, name="test", days=30)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def outdated(token: AppToken) -> AppToken:
    """The token as it will be when its time is over."""
    token.expires_at = timezone.now() - timedelta(seconds=1)
    token.save(update_fields=["expires_at"])
    return token
