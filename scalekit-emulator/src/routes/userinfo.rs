use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::{bearer, reply};
use crate::environment::Environment;

pub(super) async fn show(State(environment): State<Arc<Environment>>, headers: HeaderMap) -> Response {
    match profile(&environment, &headers) {
        Some(profile) => reply::json(profile),
        None => reply::unauthorized(
            r#"Bearer error="invalid_token""#,
            "invalid_token",
            "send a valid access token as Bearer",
        ),
    }
}

fn profile(environment: &Environment, headers: &HeaderMap) -> Option<Value> {
    let claims = bearer::claims(environment, headers)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let mut world = environment.world();
    world.active_session(text("sid")?, environment.now())?;
    let user = world.user(text("sub")?)?;
    let (given, family) = user.split_name();
    Some(json!({
        "sub": user.id,
        "email": user.email,
        "email_verified": user.email_verified,
        "name": user.name,
        "given_name": given,
        "family_name": family,
    }))
}
