use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::environment::Environment;
use crate::signing::KeyRing;

pub(super) async fn show(State(environment): State<Arc<Environment>>) -> Json<Value> {
    Json(environment.with_keys(KeyRing::jwks))
}
