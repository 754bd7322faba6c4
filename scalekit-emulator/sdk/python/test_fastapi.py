"""The SDK's FastAPI integration: login, refresh, logout."""

import pytest

from application import Server
from browser import ADA, BOB, Browser, query
from conftest import ACME
from emulator import Emulator

COOKIE = "sk_session"
MIA = "mia@many.example"
# The integration refreshes ten seconds before a token expires: here, at every request.
SHORT = 9


def application(lifetime):
    server = Server()
    emulator = Emulator(
        *("--redirect-uri", f"{server.url}/callback"),
        *("--initiate-login-uri", f"{server.url}/login"),
        *("--access-token-secs", str(lifetime)),
    )
    server.emulator = emulator
    try:
        server.serve(emulator)
        yield server
        server.stop()
    finally:
        emulator.stop()


@pytest.fixture(scope="module")
def app():
    yield from application(300)


@pytest.fixture(scope="module")
def hasty_app():
    yield from application(SHORT)


def sign_in(app, email=BOB, path="/account"):
    """From a page that needs a person to the sign-in page, and back."""
    browser = Browser()
    login = browser.location(app.url + path)
    assert login.startswith(f"{app.url}/login?returnTo=")
    callback = browser.sign_in(browser.location(login), email)
    assert callback.startswith(f"{app.url}/callback?")
    assert browser.location(callback) == app.url + path
    return browser


def test_requires_auth_sends_strangers_to_login_and_back_to_the_page(app):
    browser = sign_in(app, path="/account?tab=2")
    account = browser.open(app.url + "/account").json()
    assert account["sub"] == "usr_100000000000000002"
    assert account["oid"] == ACME
    assert account["roles"] == ["member"]


def test_requires_auth_asks_nobody_while_the_token_lives(app):
    browser = sign_in(app)
    before = app.emulator.calls()
    assert browser.open(app.url + "/account").status_code == 200
    after = app.emulator.calls()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {}


def test_get_session_knows_who_is_there(app):
    assert Browser().open(app.url).json() == {"user": None}
    assert sign_in(app).open(app.url).json() == {"user": "usr_100000000000000002"}


def test_login_route_starts_a_login_of_an_identity_provider(app):
    browser = Browser()
    login = browser.location(f"{app.emulator.url}/emulator/idp-initiated?org={ACME}&email={BOB}")
    assert login.startswith(f"{app.url}/login?idp_initiated_login=")
    authorize = browser.location(login)
    assert query(authorize)["connection_id"] == "conn_100000000000000002"
    callback = browser.location(authorize)
    assert browser.location(callback) == f"{app.url}/"
    assert browser.open(app.url).json() == {"user": "usr_100000000000000002"}


def test_callback_route_refuses_a_forged_state(app):
    browser = Browser()
    callback = browser.sign_in(browser.location(f"{app.url}/login"), BOB)
    forged = callback.replace(query(callback)["state"], "forged")
    assert browser.location(forged) == f"{app.url}/login"
    assert browser.cookie(COOKIE) is None


def test_callback_route_of_a_person_who_cancels_leads_to_login_again(app):
    browser = Browser()
    page = browser.open(browser.location(f"{app.url}/login"))
    callback = browser.submit(page, "/login/cancel")
    assert query(callback)["error"] == "access_denied"
    assert browser.location(callback) == f"{app.url}/login"


def test_callback_route_loops_for_a_dozen_permissions(app):
    """The session does not fit into the one cookie that the integration has: nobody gets in."""
    for email in ADA, MIA:
        browser = Browser()
        callback = browser.sign_in(browser.location(f"{app.url}/login"), email)
        assert browser.location(callback) == f"{app.url}/login"
        assert browser.cookie(COOKIE) is None


def test_requires_auth_refreshes(hasty_app):
    browser = sign_in(hasty_app)
    first = browser.cookie(COOKIE)
    before = hasty_app.emulator.calls()["token_refresh"]
    assert browser.open(hasty_app.url + "/account").status_code == 200
    assert hasty_app.emulator.calls()["token_refresh"] == before + 1
    second = browser.cookie(COOKIE)
    assert second != first
    assert browser.open(hasty_app.url + "/account").status_code == 200
    assert browser.cookie(COOKIE) not in (first, second)


def test_requires_auth_signs_everybody_out_when_a_refresh_fails_once(hasty_app):
    browser = sign_in(hasty_app)
    hasty_app.emulator.fail("token", 1, kind="status", status=503)
    assert browser.location(hasty_app.url + "/account").startswith(f"{hasty_app.url}/login?")
    assert browser.cookie(COOKIE) is None


def test_logout_route_ends_the_session_everywhere(hasty_app):
    browser = sign_in(hasty_app)
    assert browser.open(hasty_app.url + "/account").status_code == 200
    kept = browser.cookie(COOKIE)
    logout = browser.location(hasty_app.url + "/logout")
    assert logout.startswith(f"{hasty_app.emulator.url}/oidc/logout?id_token_hint=")
    assert browser.cookie(COOKIE) is None
    assert browser.location(logout) == f"{hasty_app.url}/"
    assert browser.open(browser.location(f"{hasty_app.url}/login")).status_code == 200

    browser.keep(COOKIE, kept)
    assert browser.location(hasty_app.url + "/account").startswith(f"{hasty_app.url}/login?")
    assert browser.cookie(COOKIE) is None


def test_requires_auth_serves_an_old_cookie_for_a_minute_after_logout(hasty_app):
    """The integration remembers what it got for a refresh token, and does not hear of the logout."""
    browser = sign_in(hasty_app)
    kept = browser.cookie(COOKIE)
    assert browser.open(hasty_app.url + "/account").status_code == 200
    browser.location(browser.location(hasty_app.url + "/logout"))
    browser.keep(COOKIE, kept)
    assert browser.open(hasty_app.url + "/account").status_code == 200
