use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::{client_auth, reply};
use crate::environment::Environment;

/// RFC 7009: an unknown token is revoked already.
pub(super) async fn revoke(
    State(environment): State<Arc<Environment>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = match client_auth::form(&headers, &body) {
        Ok(form) => form,
        Err(refusal) => return refusal.into_response(),
    };
    let mut world = environment.world();
    let client = match client_auth::authenticate(&world, &headers, &form) {
        Ok(client) => client,
        Err(refusal) => return refusal.into_response(),
    };
    let Some(token) = form.get("token") else {
        return reply::invalid_request("token is missing");
    };
    world.revoke_refresh_token(token, &client.id, environment.now());
    StatusCode::OK.into_response()
}
