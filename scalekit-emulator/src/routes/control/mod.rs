//! Scripting the emulator over HTTP, for tests in other languages and for browsers' developers.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};

use super::{refusal, reply};
use crate::environment::Environment;

mod actions;
mod faults;
mod reports;
mod tampering;

pub(super) fn router() -> Router<Arc<Environment>> {
    Router::new()
        .route("/emulator/control/faults", post(faults::inject).delete(faults::clear))
        .route("/emulator/control/tampering", post(tampering::spoil))
        .route("/emulator/control/webhooks", post(faults::spoil_webhooks))
        .route("/emulator/control/keys/rotate", post(actions::rotate_keys))
        .route("/emulator/control/clock/advance", post(actions::advance_clock))
        .route("/emulator/control/sessions/{id}/revoke", post(actions::revoke_session))
        .route("/emulator/control/reset", post(actions::reset))
        .route("/emulator/control/calls", get(reports::calls))
        .route("/emulator/control/sessions", get(reports::sessions))
        .route("/emulator/control/deliveries", get(reports::deliveries))
        .layer(from_fn(guard))
}

/// Keeps web pages out: they can neither send JSON here unasked, nor name this host as theirs.
async fn guard(request: Request, next: Next) -> Response {
    if !is_loopback(&request) {
        return reply::management_error(StatusCode::FORBIDDEN, 7, "this host is not the emulator");
    }
    if request.method() == Method::POST && !is_json(request.headers()) {
        let message = "the content type must be application/json";
        return reply::management_error(StatusCode::UNSUPPORTED_MEDIA_TYPE, 3, message);
    }
    next.run(request).await
}

/// HTTP/2 names the host in the URI.
fn is_loopback(request: &Request) -> bool {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let header = || request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = authority.or_else(header).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn invalid(message: &str) -> refusal::Refusal {
    reply::management_error(StatusCode::BAD_REQUEST, 3, message).into()
}
