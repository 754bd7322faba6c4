use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::routes::refusal::Refusal;
use crate::routes::reply;
use crate::sessions::SessionStatus;
use crate::signing::{Rotation, SigningKey};
use crate::timestamps::rfc3339;

type Shared = State<Arc<Environment>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotate {
    #[serde(default)]
    drop_old: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    seconds: u64,
}

pub(super) async fn rotate_keys(
    State(environment): Shared,
    Json(asked): Json<Rotate>,
) -> Result<Json<Value>, Refusal> {
    let rotation = if asked.drop_old { Rotation::DropOld } else { Rotation::KeepOld };
    let key = SigningKey::generate().map_err(|error| {
        reply::management_error(StatusCode::INTERNAL_SERVER_ERROR, 13, &error.to_string())
    })?;
    environment.change_keys(|keys| keys.rotate(key, rotation));
    let kid = environment.signing_key().header().get("kid").cloned();
    Ok(Json(json!({ "kid": kid })))
}

pub(super) async fn advance_clock(State(environment): Shared, Json(asked): Json<Advance>) -> Json<Value> {
    environment.advance_clock(Duration::from_secs(asked.seconds));
    Json(json!({ "now": rfc3339(environment.now()) }))
}

pub(super) async fn revoke_session(State(environment): Shared, Path(id): Path<String>) -> Response {
    let revoked = environment.world().end_session(&id, SessionStatus::Revoked, environment.now());
    reply::json(json!({ "revoked": revoked }))
}

pub(super) async fn reset(State(environment): Shared) -> StatusCode {
    environment.reset();
    StatusCode::NO_CONTENT
}
