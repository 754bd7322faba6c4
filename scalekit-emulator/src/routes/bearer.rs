//! Tokens that come as `Authorization: Bearer`.

use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::refusal::Refusal;
use super::reply;
use crate::environment::Environment;

/// The claims of an access token that one of the keys signed and that lives.
pub(super) fn claims(environment: &Environment, headers: &HeaderMap) -> Option<Value> {
    headers.get_all(AUTHORIZATION).iter().find_map(|header| claims_of(environment, header))
}

fn claims_of(environment: &Environment, header: &HeaderValue) -> Option<Value> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let claims = environment.with_keys(|keys| keys.verify(token))?;
    let lives = claims.get("exp")?.as_u64()? > environment.now() / 1000;
    let issued_here = claims.get("iss")?.as_str()? == environment.issuer;
    // Only access tokens have a `jti`.
    (lives && issued_here && claims.get("jti").is_some()).then_some(claims)
}

/// Only applications use the management API, with tokens of their own.
pub(super) fn require_application(environment: &Environment, headers: &HeaderMap) -> Result<(), Refusal> {
    if is_application(environment, headers) { Ok(()) } else { Err(Refusal::from(unauthenticated())) }
}

/// Over gRPC, the Python SDK always sends two tokens, its present one and its first: one of them must be good.
pub(super) fn is_application(environment: &Environment, headers: &HeaderMap) -> bool {
    let subject_of_application = |header| {
        let claims = claims_of(environment, header)?;
        let subject = claims.get("sub").and_then(Value::as_str)?.to_owned();
        claims.get("sid").is_none().then_some(subject)
    };
    let mut subjects = headers.get_all(AUTHORIZATION).iter().filter_map(subject_of_application);
    subjects.any(|subject| environment.world().client(&subject).is_some())
}

pub(super) const UNAUTHENTICATED: &str = "send a token of the client-credentials grant as Bearer";

fn unauthenticated() -> Response {
    let mut response = reply::management_error(StatusCode::UNAUTHORIZED, 16, UNAUTHENTICATED);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}
