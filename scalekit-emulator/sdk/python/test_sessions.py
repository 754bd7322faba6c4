"""Sessions, over gRPC with TLS."""

from datetime import datetime, timedelta, timezone

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from scalekit.common.exceptions import (
    ScalekitBadRequestException,
    ScalekitNotFoundException,
    ScalekitNotImplementedException,
    ScalekitUnauthorizedException,
)
from scalekit.common.scalekit import TokenValidationOptions

from browser import ADA
from conftest import ACME

ADA_ID = "usr_100000000000000001"


@pytest.fixture
def application(secure_application):
    return secure_application


def session_of(application, tokens):
    return application.client.validate_token(tokens["access_token"])["sid"]


def seconds(timestamp):
    return timestamp.ToDatetime(tzinfo=timezone.utc).timestamp()


def test_authenticate_with_code_over_tls(application):
    tokens = application.sign_in()
    assert application.emulator.url.startswith("https://localhost:")
    options = TokenValidationOptions(issuer=application.emulator.url)
    assert application.client.validate_access_token(tokens["access_token"], options)
    assert application.client.refresh_access_token(tokens["refresh_token"])


def test_get_session_has_the_details(application):
    sid = session_of(application, application.sign_in())
    (session, _) = application.client.sessions.get_session(sid)
    assert session.session_id == sid
    assert session.user_id == ADA_ID
    assert session.organization_id == ACME
    assert list(session.authenticated_organizations) == [ACME]
    (client,) = session.authenticated_clients
    assert (client.client_id, client.organization_id) == (application.emulator.client_id, ACME)
    assert session.status == "active"
    assert session.device.user_agent == "Person/1.0"
    assert session.device.ip == "127.0.0.1"
    created = seconds(session.created_at)
    assert abs(created - datetime.now().timestamp()) < 60
    assert seconds(session.last_active_at) >= created
    assert seconds(session.updated_at) >= created
    assert seconds(session.idle_expires_at) - seconds(session.last_active_at) == pytest.approx(7 * 86400)
    assert seconds(session.absolute_expires_at) - created == pytest.approx(30 * 86400)
    assert not session.HasField("expired_at")
    assert not session.HasField("logout_at")


def test_get_session_of_nobody_is_not_found(application):
    with pytest.raises(ScalekitNotFoundException, match="no such session"):
        application.client.sessions.get_session("ses_0")


def test_get_session_renews_a_token_that_has_expired(application):
    sid = session_of(application, application.sign_in())
    before = application.emulator.calls()["token_client_credentials"]
    application.emulator.advance_clock(86401)
    (session, _) = application.client.sessions.get_session(sid)
    assert session.session_id == sid
    assert application.emulator.calls()["token_client_credentials"] == before + 1


def test_get_session_without_a_secret_is_refused(application):
    application.emulator.advance_clock(86401)
    application.client.core_client.client_secret = "wrong"
    with pytest.raises(ScalekitUnauthorizedException):
        application.client.sessions.get_session("ses_0")


def test_get_session_is_tried_again_when_the_server_is_not_there(application):
    sid = session_of(application, application.sign_in())
    application.emulator.fail("session", 1, kind="status", status=503)
    (session, _) = application.client.sessions.get_session(sid)
    assert session.session_id == sid
    assert application.emulator.calls()["session"] == 2


def test_get_user_sessions_come_in_pages_latest_first(application):
    ids = [session_of(application, application.sign_in(ADA)) for _ in range(3)]
    sessions = application.client.sessions
    (first, _) = sessions.get_user_sessions(ADA_ID, page_size=2)
    assert first.total_size == 3
    assert len(first.sessions) == 2
    assert first.prev_page_token == ""
    (second, _) = sessions.get_user_sessions(ADA_ID, page_size=2, page_token=first.next_page_token)
    assert second.next_page_token == ""
    shown = [session.session_id for session in [*first.sessions, *second.sessions]]
    assert sorted(shown) == sorted(ids)
    (again, _) = sessions.get_user_sessions(ADA_ID, page_size=2, page_token=second.prev_page_token)
    assert again.sessions == first.sessions


def test_get_user_sessions_with_a_filter(application):
    kept, revoked = (session_of(application, application.sign_in()) for _ in range(2))
    sessions = application.client.sessions
    sessions.revoke_session(revoked)

    def ids(**settings):
        (page, _) = sessions.get_user_sessions(ADA_ID, filter=sessions.create_session_filter(**settings))
        return {session.session_id for session in page.sessions}

    assert ids(status=["ACTIVE"]) == {kept}
    assert ids(status=["revoked"]) == {revoked}
    assert ids(status=["active", "revoked"]) == {kept, revoked}
    soon = Timestamp()
    soon.FromDatetime(datetime.now(timezone.utc) + timedelta(hours=1))
    assert ids(end_time=soon) == {kept, revoked}
    assert ids(start_time=soon) == set()


def test_get_user_sessions_of_nobody_is_not_found(application):
    with pytest.raises(ScalekitNotFoundException, match="no such user"):
        application.client.sessions.get_user_sessions("usr_0")


def test_get_user_sessions_with_a_strange_page_token_is_refused(application):
    with pytest.raises(ScalekitBadRequestException, match="page_token"):
        application.client.sessions.get_user_sessions(ADA_ID, page_token="strange")


def test_revoke_session_ends_the_refresh_token(application):
    tokens = application.sign_in()
    sid = session_of(application, tokens)
    (answer, _) = application.client.sessions.revoke_session(sid)
    assert answer.revoked_session.session_id == sid
    assert answer.revoked_session.user_id == ADA_ID
    assert answer.revoked_session.status == "revoked"
    assert answer.revoked_session.HasField("logout_at")
    with pytest.raises(ScalekitBadRequestException, match="invalid_grant"):
        application.client.refresh_access_token(tokens["refresh_token"])
    (session, _) = application.client.sessions.get_session(sid)
    assert session.status == "revoked"


def test_revoke_all_user_sessions_ends_them_all(application):
    first, second = application.sign_in(), application.sign_in()
    other = application.sign_in("bob@acme.example")
    (answer, _) = application.client.sessions.revoke_all_user_sessions(ADA_ID)
    assert answer.total_revoked == 2
    assert {session.status for session in answer.revoked_sessions} == {"revoked"}
    for tokens in first, second:
        with pytest.raises(ScalekitBadRequestException, match="invalid_grant"):
            application.client.refresh_access_token(tokens["refresh_token"])
    assert application.client.refresh_access_token(other["refresh_token"])
    (again, _) = application.client.sessions.revoke_all_user_sessions(ADA_ID)
    assert again.total_revoked == 0


def test_get_organization_is_not_implemented(application):
    with pytest.raises(ScalekitNotImplementedException, match="OrganizationService"):
        application.client.organization.get_organization(ACME)
