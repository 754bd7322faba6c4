//! `scalekit.v1.sessions.SessionService`

use super::messages::{
    RevokeAllUserSessionsRequest, RevokeAllUserSessionsResponse, RevokeSessionRequest, RevokeSessionResponse,
    RevokedSessionDetails, SessionDetails, SessionDetailsRequest, Timestamp, UserSessionDetails,
    UserSessionDetailsRequest, UserSessionFilter,
};
use super::status::Status;
use crate::environment::Environment;
use crate::session_list::SessionQuery;
use crate::sessions::SessionStatus;

pub(super) fn show(
    environment: &Environment,
    question: &SessionDetailsRequest,
) -> Result<SessionDetails, Status> {
    let mut world = environment.world();
    let session = world.session(&question.session_id, environment.now()).ok_or_else(no_session)?;
    Ok(SessionDetails::of(&session, world.policy.timeouts))
}

/// A session that has ended stays as it is.
pub(super) fn revoke(
    environment: &Environment,
    question: &RevokeSessionRequest,
) -> Result<RevokeSessionResponse, Status> {
    let now = environment.now();
    let mut world = environment.world();
    world.end_session(&question.session_id, SessionStatus::Revoked, now);
    let session = world.session(&question.session_id, now).ok_or_else(no_session)?;
    let revoked = RevokedSessionDetails::of(&session, world.policy.timeouts);
    Ok(RevokeSessionResponse { revoked_session: Some(revoked) })
}

pub(super) fn list(
    environment: &Environment,
    question: &UserSessionDetailsRequest,
) -> Result<UserSessionDetails, Status> {
    let query = question.query()?;
    let mut world = environment.world();
    let page = world.session_page(&question.user_id, &query, environment.now()).ok_or_else(no_user)?;
    let timeouts = world.policy.timeouts;
    Ok(UserSessionDetails {
        sessions: page.sessions.iter().map(|session| SessionDetails::of(session, timeouts)).collect(),
        next_page_token: page.next,
        prev_page_token: page.previous,
        total_size: count(page.total),
    })
}

pub(super) fn revoke_all(
    environment: &Environment,
    question: &RevokeAllUserSessionsRequest,
) -> Result<RevokeAllUserSessionsResponse, Status> {
    let mut world = environment.world();
    world.user(&question.user_id).ok_or_else(no_user)?;
    let revoked = world.revoke_user_sessions(&question.user_id, environment.now());
    let timeouts = world.policy.timeouts;
    Ok(RevokeAllUserSessionsResponse {
        total_revoked: count(revoked.len()),
        revoked_sessions: revoked
            .iter()
            .map(|session| RevokedSessionDetails::of(session, timeouts))
            .collect(),
    })
}

impl UserSessionDetailsRequest {
    /// What is zero or empty was not asked for.
    fn query(&self) -> Result<SessionQuery, Status> {
        let mut query = SessionQuery::everything();
        if self.page_size > 0 {
            query.limit(usize::try_from(self.page_size).unwrap_or(usize::MAX));
        }
        if !self.page_token.is_empty() {
            query.begin_at(&self.page_token).ok_or_else(|| Status::invalid("page_token cannot be read"))?;
        }
        if let Some(UserSessionFilter { status, start_time, end_time }) = &self.filter {
            query.statuses.clone_from(status);
            query.start = time(*start_time, query.start, "filter.start_time")?;
            query.end = time(*end_time, query.end, "filter.end_time")?;
        }
        Ok(query)
    }
}

fn time(asked: Option<Timestamp>, otherwise: u64, name: &str) -> Result<u64, Status> {
    match asked {
        Some(time) => time.millis().ok_or_else(|| Status::invalid(&format!("{name} cannot be read"))),
        None => Ok(otherwise),
    }
}

fn count(sessions: usize) -> u32 {
    u32::try_from(sessions).unwrap_or(u32::MAX)
}

fn no_session() -> Status {
    Status::not_found("no such session")
}

fn no_user() -> Status {
    Status::not_found("no such user")
}
