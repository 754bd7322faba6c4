"""Refresh tokens rotate."""

import pytest
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitException,
    ScalekitServiceUnavailableException,
)
from scalekit.common.scalekit import LogoutUrlOptions

from browser import Browser
from conftest import HOME


def test_refresh_access_token_brings_new_tokens(application):
    tokens = application.sign_in()
    fresh = application.client.refresh_access_token(tokens["refresh_token"])
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert application.client.validate_access_token(fresh["access_token"])
    again = application.client.refresh_access_token(fresh["refresh_token"])
    assert application.client.validate_access_token(again["access_token"])


def test_refresh_access_token_inside_the_grace_gets_the_same_successor(application):
    tokens = application.sign_in()
    first = application.client.refresh_access_token(tokens["refresh_token"])
    application.emulator.advance_clock(29)
    second = application.client.refresh_access_token(tokens["refresh_token"])
    assert second["refresh_token"] == first["refresh_token"]


def test_refresh_access_token_after_the_grace_is_refused(application):
    tokens = application.sign_in()
    fresh = application.client.refresh_access_token(tokens["refresh_token"])
    application.emulator.advance_clock(31)
    with pytest.raises(ScalekitBadRequestException, match="invalid_grant"):
        application.client.refresh_access_token(tokens["refresh_token"])
    assert application.client.refresh_access_token(fresh["refresh_token"])["refresh_token"]


def test_refresh_access_token_ends_with_the_session(application):
    browser = Browser()
    tokens = application.sign_in(browser=browser)
    browser.location(application.client.get_logout_url(LogoutUrlOptions(tokens["id_token"], HOME)))
    with pytest.raises(ScalekitBadRequestException, match="invalid_grant"):
        application.client.refresh_access_token(tokens["refresh_token"])


def test_refresh_access_token_ends_when_the_session_was_idle(application):
    tokens = application.sign_in()
    application.emulator.advance_clock(7 * 86400)
    with pytest.raises(ScalekitBadRequestException, match="invalid_grant"):
        application.client.refresh_access_token(tokens["refresh_token"])


def test_refresh_access_token_is_not_tried_again(application):
    tokens = application.sign_in()
    application.emulator.fail("token", 1, kind="status", status=503)
    with pytest.raises(ScalekitServiceUnavailableException):
        application.client.refresh_access_token(tokens["refresh_token"])
    assert application.emulator.calls()["token_refresh"] == 1
    assert application.client.refresh_access_token(tokens["refresh_token"])


def test_refresh_access_token_whose_answer_is_lost_can_be_repeated(application):
    tokens = application.sign_in()
    application.emulator.fail("token", 1, kind="drop_connection_after_processing")
    with pytest.raises(ScalekitException):
        application.client.refresh_access_token(tokens["refresh_token"])
    assert application.client.refresh_access_token(tokens["refresh_token"])["access_token"]
