"""From the authorization URL over the hosted page to tokens and a user."""

import pytest
from jwt.exceptions import InvalidAlgorithmError
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitUnauthorizedException,
    ScalekitValidateTokenFailureException,
)
from scalekit.common.scalekit import AuthorizationUrlOptions, CodeAuthenticationOptions

from browser import ADA, BOB, SAM, Browser, query
from conftest import ACME, CALLBACK

RIVERS = "org_100000000000000003"
BRIDGES = "org_100000000000000004"


def test_get_authorization_url_has_what_the_application_asked_for(application):
    url = application.authorization_url(
        nonce="n-1",
        login_hint="jöhn+x@acme.example",
        domain_hint="acme.example",
        organization_id=ACME,
        prompt="login",
    )
    assert url.startswith(f"{application.emulator.url}/oauth/authorize?")
    page = Browser().open(url)
    assert page.status_code == 200
    assert "jöhn+x@acme.example" in page.text


def test_get_authorization_url_with_default_scopes_gets_no_refresh_token(application):
    url = application.client.get_authorization_url(CALLBACK, AuthorizationUrlOptions())
    callback = query(Browser().sign_in(url, ADA))
    assert "state" not in callback
    result = application.exchange(callback["code"])
    assert result["refresh_token"] is None
    assert result["access_token"]


def test_get_authorization_url_state_comes_back(application):
    awkward = "a b/c+d=e&f'g(h)*!~ü"
    callback = Browser().sign_in(application.authorization_url(state=awkward), ADA)
    assert query(callback)["state"] == awkward


def test_get_authorization_url_signs_in_silently_when_there_is_a_session(application):
    browser = Browser()
    application.code(browser=browser)
    callback = browser.location(application.authorization_url(prompt="none"))
    assert application.exchange(query(callback)["code"])["user"]["email"] == ADA


def test_get_authorization_url_with_prompt_none_and_no_session_is_an_error(application):
    callback = query(Browser().location(application.authorization_url(prompt="none")))
    assert callback["error"] == "login_required"
    assert callback["state"] == "st-1"


def test_get_authorization_url_with_prompt_create_signs_up(application):
    browser = Browser()
    page = browser.open(application.authorization_url(prompt="create"))
    callback = browser.submit(
        page, "/login/sign-up", email="new@started.example", name="Nell New", organization="Started"
    )
    user = application.exchange(query(callback)["code"])["user"]
    assert (user["email"], user["name"]) == ("new@started.example", "Nell New")


def test_get_authorization_url_with_select_account_switches_the_organization(application):
    browser = Browser()
    page = browser.submit(browser.open(application.authorization_url()), "/login", email=SAM)
    callback = browser.submit(page, "/login/organization", organization_id=RIVERS)
    first = application.exchange(query(callback)["code"])
    url = application.authorization_url(prompt="select_account", organization_id=BRIDGES)
    second = application.exchange(query(browser.location(url))["code"])
    assert (first["organization_id"], second["organization_id"]) == (RIVERS, BRIDGES)


def test_get_authorization_url_with_a_connection_asks_nothing(application):
    url = application.authorization_url(connection_id="conn_100000000000000002", login_hint=ADA)
    result = application.exchange(query(Browser().location(url))["code"])
    assert result["connection_id"] == "conn_100000000000000002"
    assert result["organization_id"] == ACME


def test_get_authorization_url_of_a_person_who_cancels(application):
    browser = Browser()
    page = browser.open(application.authorization_url())
    callback = query(browser.submit(page, "/login/cancel"))
    assert (callback["error"], callback["state"]) == ("access_denied", "st-1")


def test_authenticate_with_code_maps_the_user(application):
    result = application.sign_in(ADA)
    user = result["user"]
    assert user["id"] == "usr_100000000000000001"
    assert user["email"] == ADA
    assert user["name"] == "Ada Lovelace"
    assert (user["givenName"], user["familyName"]) == ("Ada", "Lovelace")
    assert user["emailVerified"] is True
    assert result["organization_id"] == ACME
    assert result["connection_id"].startswith("conn_")
    assert result["expires_in"] == 299
    assert result["refresh_token"]


def test_authenticate_with_code_validates_the_id_token(application):
    for wrong in ["unknown_kid", "algorithm_none", "algorithm_hs256"]:
        code = application.code()
        application.emulator.spoil_tokens(wrong, grant="authorization_code")
        with pytest.raises((ScalekitValidateTokenFailureException, InvalidAlgorithmError, KeyError)):
            application.exchange(code)


def test_authenticate_with_code_refuses_an_expired_id_token(application):
    code = application.code()
    application.emulator.spoil_tokens("clock_offset", grant="authorization_code", seconds=-3600)
    with pytest.raises(ScalekitValidateTokenFailureException, match="expired"):
        application.exchange(code)


def test_authenticate_with_code_takes_a_code_once(application):
    code = application.code()
    application.exchange(code)
    with pytest.raises(ScalekitBadRequestException, match="invalid_grant"):
        application.exchange(code)


def test_authenticate_with_code_needs_the_same_callback(application):
    code = application.code()
    with pytest.raises(ScalekitBadRequestException, match="invalid_grant"):
        application.client.authenticate_with_code(code, CALLBACK + "/other", CodeAuthenticationOptions())


def test_authenticate_with_code_after_ten_minutes_is_too_late(application):
    code = application.code(BOB)
    application.emulator.advance_clock(601)
    with pytest.raises(ScalekitBadRequestException, match="invalid_grant"):
        application.exchange(code)


def test_authenticate_with_code_needs_the_secret(application):
    code = application.code()
    application.client.core_client.client_secret = "wrong"
    with pytest.raises(ScalekitUnauthorizedException, match="invalid_client"):
        application.exchange(code)
