//! The sessions of a person over REST.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;
use url::form_urlencoded;

use super::refusal::Refusal;
use super::{bearer, reply};
use crate::environment::Environment;
use crate::session_list::SessionQuery;
use crate::timestamps::{self, rfc3339};

pub(super) async fn list(
    State(environment): State<Arc<Environment>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    bearer::require_application(&environment, &headers)?;
    let query = read(&query.unwrap_or_default())?;
    let mut world = environment.world();
    let page = world.session_page(&id, &query, environment.now()).ok_or_else(unknown)?;
    let timeouts = world.policy.timeouts;
    Ok(reply::json(json!({
        "sessions":
            page.sessions.iter().map(|session| session.details(timeouts, rfc3339)).collect::<Vec<_>>(),
        "next_page_token": page.next,
        "prev_page_token": page.previous,
        "total_size": page.total,
    })))
}

pub(super) async fn revoke(
    State(environment): State<Arc<Environment>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    bearer::require_application(&environment, &headers)?;
    let mut world = environment.world();
    world.user(&id).ok_or_else(unknown)?;
    let revoked = world.revoke_user_sessions(&id, environment.now());
    let timeouts = world.policy.timeouts;
    Ok(reply::json(json!({
        "total_revoked": revoked.len(),
        "revoked_sessions":
            revoked.iter().map(|session| session.revoked_details(timeouts, rfc3339)).collect::<Vec<_>>(),
    })))
}

/// Unknown parameters are ignored; `filter.status` may be repeated.
fn read(parameters: &str) -> Result<SessionQuery, Refusal> {
    let mut query = SessionQuery::everything();
    for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
        if value.is_empty() {
            continue;
        }
        let refuse = || invalid(&name);
        match name.as_ref() {
            "page_size" => {
                let size = value.parse::<usize>().ok().filter(|size| *size > 0);
                query.limit(size.ok_or_else(refuse)?);
            }
            "page_token" => query.begin_at(&value).ok_or_else(refuse)?,
            "filter.status" => query.statuses.push(value.into_owned()),
            "filter.start_time" => query.start = timestamps::parse(&value).ok_or_else(refuse)?,
            "filter.end_time" => query.end = timestamps::parse(&value).ok_or_else(refuse)?,
            _ => {}
        }
    }
    Ok(query)
}

fn invalid(name: &str) -> Refusal {
    let message = format!("{name} cannot be read");
    Refusal::from(reply::management_error(StatusCode::BAD_REQUEST, 3, &message))
}

fn unknown() -> Refusal {
    Refusal::from(reply::not_found("no such user"))
}
