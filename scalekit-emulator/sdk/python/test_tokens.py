"""Is a token good?"""

import base64
import json

import pytest
from scalekit.common.exceptions import ScalekitValidateTokenFailureException
from scalekit.common.scalekit import TokenValidationOptions


@pytest.fixture
def signed_in(application):
    return application, application.sign_in()


def refreshed(application, tokens, wrong, **details):
    """An access token that is wrong in one respect."""
    application.emulator.spoil_tokens(wrong, **details)
    return application.client.refresh_access_token(tokens["refresh_token"])["access_token"]


def test_validate_access_token_takes_a_good_one(signed_in):
    application, tokens = signed_in
    own = TokenValidationOptions(issuer=application.emulator.url, audience=[application.emulator.client_id])
    assert application.client.validate_access_token(tokens["access_token"])
    assert application.client.validate_access_token(tokens["access_token"], own)


def test_validate_token_has_the_claims(signed_in):
    application, tokens = signed_in
    options = TokenValidationOptions(
        issuer=["https://other.example", application.emulator.url], audience=[application.emulator.client_id]
    )
    claims = application.client.validate_token(tokens["access_token"], options)
    assert claims["iss"] == application.emulator.url
    assert claims["aud"] == [application.emulator.client_id]
    assert claims["sub"] == "usr_100000000000000001"
    assert claims["oid"] == "org_100000000000000001"
    assert claims["sid"].startswith("ses_")
    assert claims["jti"].startswith("tkn_")
    assert claims["roles"] == ["admin"]
    assert "invoices:read" in claims["permissions"]
    assert claims["exp"] - claims["iat"] == 300
    assert claims["client_id"] == application.emulator.client_id


def test_validate_access_token_and_get_claims_has_the_claims(signed_in):
    application, tokens = signed_in
    claims = application.client.validate_access_token_and_get_claims(tokens["access_token"])
    assert claims["scope"] == "openid profile email offline_access"


def test_validate_token_refuses_an_expired_one(signed_in):
    application, tokens = signed_in
    token = refreshed(application, tokens, "clock_offset", seconds=-3600)
    assert application.refuses(token) == "ExpiredSignatureError"


def test_validate_token_refuses_one_from_the_future(signed_in):
    application, tokens = signed_in
    token = refreshed(application, tokens, "not_before_in_future", seconds=3600)
    assert application.refuses(token) == "ImmatureSignatureError"


def test_validate_token_refuses_another_audience(signed_in):
    application, tokens = signed_in
    token = refreshed(application, tokens, "wrong_audience", audience="skc_somebody_else")
    assert application.refuses(token, audience=[application.emulator.client_id]) == "InvalidAudienceError"
    assert not application.refuses(token)


def test_validate_token_takes_an_audience_that_is_a_string(signed_in):
    application, tokens = signed_in
    token = refreshed(application, tokens, "audience_as_string")
    assert not application.refuses(token, audience=[application.emulator.client_id])


def test_validate_token_refuses_another_issuer(signed_in):
    application, tokens = signed_in
    token = refreshed(application, tokens, "wrong_issuer", issuer="https://evil.example")
    assert application.refuses(token, issuer=application.emulator.url) == "InvalidIssuerError"
    assert not application.refuses(token)


def test_validate_token_refuses_a_changed_one(signed_in):
    application, tokens = signed_in
    header, body, signature = tokens["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["roles"] = ["owner"]
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    assert application.refuses(f"{header}.{body}.{signature}") == "InvalidSignatureError"


def test_validate_token_refuses_other_algorithms(signed_in):
    application, tokens = signed_in
    for wrong in ["algorithm_none", "algorithm_hs256"]:
        application.emulator.spoil_tokens(wrong)
        tokens = application.client.refresh_access_token(tokens["refresh_token"])
        assert application.refuses(tokens["access_token"])


def test_validate_token_refuses_an_unknown_key(signed_in):
    application, tokens = signed_in
    assert application.refuses(refreshed(application, tokens, "unknown_kid")) == "KeyError"


def test_validate_token_does_not_see_that_keys_were_rotated(signed_in):
    """The SDK keeps the first key set for ever: only another client takes tokens of the new key."""
    application, tokens = signed_in
    application.emulator.rotate_keys()
    token = application.client.refresh_access_token(tokens["refresh_token"])["access_token"]
    assert application.refuses(token) == "KeyError"
    assert application.emulator.calls()["keys"] == 1
    assert type(application)(application.emulator).client.validate_access_token(token)


def test_validate_token_wants_scopes(application):
    client = application.client
    token = client.generate_client_token(
        application.emulator.client_id, application.emulator.client_secret, ["invoices:read"]
    )
    assert client.validate_access_token(token, TokenValidationOptions(required_scopes=["invoices:read"]))
    with pytest.raises(ScalekitValidateTokenFailureException, match="invoices:write"):
        client.validate_token(token, TokenValidationOptions(required_scopes=["invoices:write"]))


def test_verify_scopes_does_not_read_the_scope_of_user_tokens(signed_in):
    """User tokens have `scope`, a string; the SDK reads `scopes`, a list."""
    application, tokens = signed_in
    with pytest.raises(ScalekitValidateTokenFailureException, match="openid"):
        application.client.verify_scopes(tokens["access_token"], ["openid"])


def test_get_client_access_token_is_one_of_an_application(application):
    claims = application.client.validate_token(application.client.get_client_access_token())
    assert claims["sub"] == application.emulator.client_id
    assert claims["exp"] - claims["iat"] == 86400
    assert "sid" not in claims
