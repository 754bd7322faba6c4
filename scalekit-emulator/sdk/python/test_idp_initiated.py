"""Logins that start at an identity provider."""

import pytest
from scalekit.common.exceptions import ScalekitValidateTokenFailureException
from scalekit.common.scalekit import TokenValidationOptions

from browser import ADA, Browser, query
from conftest import ACME


def login_route(application):
    url = f"{application.emulator.url}/emulator/idp-initiated?org={ACME}&email={ADA}&relay_state=/reports"
    return query(Browser().location(url))["idp_initiated_login"]


def test_get_idp_initiated_login_claims_lead_to_a_login(application):
    options = TokenValidationOptions(issuer=application.emulator.url)
    claims = application.client.get_idp_initiated_login_claims(login_route(application), options)
    assert claims["organization_id"] == ACME
    assert claims["connection_id"] == "conn_100000000000000002"
    assert claims["login_hint"] == ADA
    assert claims["relay_state"] == "/reports"
    assert claims["exp"] - claims["iat"] == 300
    chosen = {name: claims[name] for name in ("organization_id", "connection_id", "login_hint")}
    callback = Browser().location(application.authorization_url(state=claims["relay_state"], **chosen))
    assert query(callback)["state"] == "/reports"
    assert application.exchange(query(callback)["code"])["user"]["email"] == ADA


def test_get_idp_initiated_login_claims_refuses_a_changed_token(application):
    header, body, signature = login_route(application).split(".")
    with pytest.raises(ScalekitValidateTokenFailureException):
        application.client.get_idp_initiated_login_claims(f"{header}.{body}.{signature[:-4]}AAAA")


def test_get_idp_initiated_login_claims_refuses_one_of_the_future(application):
    application.emulator.advance_clock(3600)
    with pytest.raises(ScalekitValidateTokenFailureException, match="not yet valid"):
        application.client.get_idp_initiated_login_claims(login_route(application))
