"""A security key in a real browser: set up, then used to enter, under the content security policy people meet."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.portal.accounts.factories import PASSWORD, StaffFactory

KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.django_db(transaction=True)
def test_a_key_is_set_up_and_opens_the_door(browser: Browser, live_server: LiveServer) -> None:
    StaffFactory(username="keyed")
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    def give_password() -> None:
        page.goto(live_server.url + reverse("account_staff_login"))
        page.fill("[name=login]", "keyed")
        page.fill("[name=password]", PASSWORD)
        page.click("main .primary")

    give_password()
    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    page.click("form[data-security-key] button")
    page.wait_for_url(live_server.url + reverse("mfa_view_recovery_codes"))
    context.clear_cookies()
    give_password()
    page.wait_for_url(live_server.url + reverse("mfa_authenticate"))
    page.click("form[data-security-key] button")
    page.wait_for_url(live_server.url + reverse("home"))
    page.goto(live_server.url + reverse("my_data"))
    assert "陈建国" in page.inner_text("main")
    context.close()
