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
use crate::sessions::Session;
use crate::timestamps::{self, rfc3339};

const DEFAULT_PAGE: usize = 30;
const LARGEST_PAGE: usize = 100;

/// Latest first.
pub(super) async fn list(
    State(environment): State<Arc<Environment>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    bearer::require_application(&environment, &headers)?;
    let selection = Selection::read(&query.unwrap_or_default())?;
    let mut world = environment.world();
    world.user(&id).ok_or_else(unknown)?;
    let mut sessions = world.sessions(environment.now());
    sessions.retain(|session| session.user_id == id && selection.admits(session));
    let timeouts = world.policy.timeouts;
    let total = sessions.len();
    let page = sessions.iter().rev().skip(selection.offset).take(selection.page_size);
    let next = selection.offset + selection.page_size;
    let previous = selection.offset.saturating_sub(selection.page_size);
    Ok(reply::json(json!({
        "sessions": page.map(|session| session.details(timeouts, rfc3339)).collect::<Vec<_>>(),
        "next_page_token": if next < total { page_token(next) } else { String::new() },
        "prev_page_token": if selection.offset > 0 { page_token(previous) } else { String::new() },
        "total_size": total,
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

/// What the query asks for.
#[derive(Debug)]
struct Selection {
    page_size: usize,
    offset: usize,
    statuses: Vec<String>,
    start: u64,
    end: u64,
}

impl Selection {
    /// Unknown parameters are ignored; `filter.status` may be repeated.
    fn read(query: &str) -> Result<Self, Refusal> {
        let mut selection =
            Self { page_size: DEFAULT_PAGE, offset: 0, statuses: Vec::new(), start: 0, end: u64::MAX };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if value.is_empty() {
                continue;
            }
            let refuse = || invalid(&name);
            match name.as_ref() {
                "page_size" => {
                    let size = value.parse::<usize>().ok().filter(|size| *size > 0).ok_or_else(refuse)?;
                    selection.page_size = size.min(LARGEST_PAGE);
                }
                "page_token" => selection.offset = offset(&value).ok_or_else(refuse)?,
                "filter.status" => selection.statuses.push(value.into_owned()),
                "filter.start_time" => selection.start = timestamps::parse(&value).ok_or_else(refuse)?,
                "filter.end_time" => selection.end = timestamps::parse(&value).ok_or_else(refuse)?,
                _ => {}
            }
        }
        Ok(selection)
    }

    fn admits(&self, session: &Session) -> bool {
        let status =
            self.statuses.is_empty() || self.statuses.iter().any(|name| session.status.is_named(name));
        status && (self.start..=self.end).contains(&session.created_at)
    }
}

fn page_token(offset: usize) -> String {
    format!("pt_{offset}")
}

fn offset(page_token: &str) -> Option<usize> {
    page_token.strip_prefix("pt_")?.parse().ok()
}

fn invalid(name: &str) -> Refusal {
    let message = format!("{name} cannot be read");
    Refusal::from(reply::management_error(StatusCode::BAD_REQUEST, 3, &message))
}

fn unknown() -> Refusal {
    Refusal::from(reply::not_found("no such user"))
}
