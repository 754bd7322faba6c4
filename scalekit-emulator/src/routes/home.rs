use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::reply;
use crate::environment::Environment;
use crate::pages;

pub(super) async fn show(State(environment): State<Arc<Environment>>) -> Response {
    let calls = environment.calls.snapshot();
    let html = {
        let mut world = environment.world();
        let sessions = world.sessions(environment.now());
        pages::home(&environment.issuer, &world, &sessions, &calls)
    };
    reply::page(StatusCode::OK, html)
}
