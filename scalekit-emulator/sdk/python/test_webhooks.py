"""Webhooks as the emulator sends them."""

import base64

import pytest
from scalekit.common.exceptions import WebhookVerificationError
from scalekit.common.scalekit import LogoutUrlOptions

from browser import ADA, Browser
from conftest import HOME


@pytest.fixture
def verify(application):
    secret = application.emulator.variables["SCALEKIT_WEBHOOK_SECRET"]
    return lambda message, body=None: application.client.verify_webhook_payload(
        secret, message.headers, message.body if body is None else body
    )


def test_verify_webhook_payload_of_a_login(application, inbox, verify):
    application.sign_in()
    message = inbox.next("user.login")
    assert verify(message)
    assert verify(message, message.body.encode())
    assert message.event["data"]["user"]["email"] == ADA


def test_verify_webhook_payload_of_a_logout(application, inbox, verify):
    browser = Browser()
    tokens = application.sign_in(browser=browser)
    browser.location(application.client.get_logout_url(LogoutUrlOptions(tokens["id_token"], HOME)))
    assert verify(inbox.next("user.logout"))


def test_verify_webhook_payload_of_a_sign_up(application, inbox, verify):
    browser = Browser()
    page = browser.open(application.authorization_url(prompt="create"))
    browser.submit(page, "/login/sign-up", email="new@web.example", name="Nell", organization="Web")
    assert verify(inbox.next("user.signup"))


def test_verify_webhook_payload_refuses_a_changed_body(application, inbox, verify):
    application.sign_in()
    message = inbox.next("user.login")
    with pytest.raises(WebhookVerificationError, match="Invalid signature"):
        verify(message, message.body.replace(ADA, "eve@evil.example"))


def test_verify_webhook_payload_refuses_a_forged_signature(application, inbox, verify):
    application.emulator.spoil_webhooks("wrong_signature")
    application.sign_in()
    with pytest.raises(WebhookVerificationError, match="Invalid signature"):
        verify(inbox.next("user.login"))


def test_verify_webhook_payload_refuses_an_old_timestamp(application, inbox, verify):
    application.emulator.spoil_webhooks("old_timestamp")
    application.sign_in()
    with pytest.raises(WebhookVerificationError, match="too old"):
        verify(inbox.next("user.login"))


def test_verify_webhook_payload_refuses_a_timestamp_of_the_future(application, inbox, verify):
    application.emulator.advance_clock(3600)
    application.code()
    with pytest.raises(WebhookVerificationError, match="too new"):
        verify(inbox.next("user.login"))


def test_verify_webhook_payload_takes_one_of_several_signatures(application, inbox, verify):
    application.emulator.spoil_webhooks("several_signatures")
    application.sign_in()
    message = inbox.next("user.login")
    assert len(message.headers["webhook-signature"].split(" ")) > 1
    assert verify(message)


def test_verify_webhook_payload_refuses_another_secret(application, inbox):
    application.sign_in()
    message = inbox.next("user.login")
    secret = "whsec_" + base64.b64encode(b"another key").decode()
    with pytest.raises(WebhookVerificationError, match="Invalid signature"):
        application.client.verify_webhook_payload(secret, message.headers, message.body)
