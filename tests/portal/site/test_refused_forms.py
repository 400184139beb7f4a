"""Forms of libraries: what is wrong is answered with 400 and shown on the page."""

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.django_db
def test_a_login_without_a_password_is_a_bad_request(client: Client) -> None:
    response = client.post(reverse("account_staff_login"), {"login": "worker", "password": ""})
    assert response.status_code == 400
    assert "错误：" in response.content.decode()
    assert 'value="worker"' in response.content.decode()


@pytest.mark.django_db
def test_looking_at_a_form_is_not(client: Client) -> None:
    assert client.get(reverse("account_staff_login")).status_code == 200
