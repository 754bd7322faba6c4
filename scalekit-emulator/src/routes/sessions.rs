//! One session over REST.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::refusal::Refusal;
use super::{bearer, reply};
use crate::environment::Environment;
use crate::sessions::SessionStatus;
use crate::timestamps::rfc3339;

pub(super) async fn show(
    State(environment): State<Arc<Environment>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    bearer::require_application(&environment, &headers)?;
    let mut world = environment.world();
    let session = world.session(&id, environment.now()).ok_or_else(unknown)?;
    Ok(reply::json(session.details(world.policy.timeouts, rfc3339)))
}

/// A session that has ended stays as it is.
pub(super) async fn revoke(
    State(environment): State<Arc<Environment>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    bearer::require_application(&environment, &headers)?;
    let now = environment.now();
    let mut world = environment.world();
    world.end_session(&id, SessionStatus::Revoked, now);
    let session = world.session(&id, now).ok_or_else(unknown)?;
    Ok(reply::json(json!({ "revoked_session": session.revoked_details(world.policy.timeouts, rfc3339) })))
}

fn unknown() -> Refusal {
    Refusal::from(reply::not_found("no such session"))
}
