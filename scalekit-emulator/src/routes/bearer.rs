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
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let claims = environment.with_keys(|keys| keys.verify(token))?;
    let lives = claims.get("exp")?.as_u64()? > environment.now() / 1000;
    let issued_here = claims.get("iss")?.as_str()? == environment.issuer;
    // Only access tokens have a `jti`.
    (lives && issued_here && claims.get("jti").is_some()).then_some(claims)
}

/// Only applications use the REST API, with tokens of their own.
pub(super) fn require_application(environment: &Environment, headers: &HeaderMap) -> Result<(), Refusal> {
    let is_application = claims(environment, headers).is_some_and(|claims| {
        let subject = claims.get("sub").and_then(Value::as_str);
        claims.get("sid").is_none()
            && subject.is_some_and(|subject| environment.world().client(subject).is_some())
    });
    if is_application { Ok(()) } else { Err(Refusal::from(unauthenticated())) }
}

fn unauthenticated() -> Response {
    let mut response = reply::management_error(
        StatusCode::UNAUTHORIZED,
        16,
        "send a token of the client-credentials grant as Bearer",
    );
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}
