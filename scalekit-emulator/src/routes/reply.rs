//! Answers that several endpoints give.

use axum::Json;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, PRAGMA, REFERRER_POLICY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::pages;

const NO_STORE: [(HeaderName, &str); 2] = [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];

/// A hosted page. No `form-action`: browsers apply it to the redirect back to the application too.
pub(super) fn page(status: StatusCode, html: String) -> Response {
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, Html(html)).into_response()
}

/// A page about a request that cannot be answered.
pub(super) fn error_page(status: StatusCode, message: &str) -> Response {
    page(status, pages::error(message))
}

pub(super) fn redirect(status: StatusCode, location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            (status, [(LOCATION, location), (CACHE_CONTROL, HeaderValue::from_static("no-store"))])
                .into_response()
        }
        Err(_) => error_page(
            StatusCode::BAD_REQUEST,
            "The registered address has characters that no header can carry.",
        ),
    }
}

pub(super) fn json(body: impl Serialize) -> Response {
    (NO_STORE, Json(body)).into_response()
}

pub(super) fn oauth_error(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (status, NO_STORE, Json(body)).into_response()
}

pub(super) fn invalid_request(description: &str) -> Response {
    oauth_error(StatusCode::BAD_REQUEST, "invalid_request", description)
}

pub(super) fn invalid_grant(description: &str) -> Response {
    oauth_error(StatusCode::BAD_REQUEST, "invalid_grant", description)
}

/// 401 with the challenge that HTTP demands.
pub(super) fn unauthorized(challenge: &'static str, error: &str, description: &str) -> Response {
    let mut response = oauth_error(StatusCode::UNAUTHORIZED, error, description);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}

/// An error of the REST API; `code` is that of gRPC, as behind a gateway.
pub(super) fn management_error(status: StatusCode, code: u8, message: &str) -> Response {
    (status, NO_STORE, Json(json!({ "code": code, "message": message }))).into_response()
}

pub(super) fn not_found(message: &str) -> Response {
    management_error(StatusCode::NOT_FOUND, 5, message)
}
