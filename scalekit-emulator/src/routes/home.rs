use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::reply;
use crate::environment::Environment;
use crate::pages;

/// `?live` lets the page refresh itself, without any script.
pub(super) async fn show(State(environment): State<Arc<Environment>>, RawQuery(query): RawQuery) -> Response {
    let calls = environment.calls.snapshot();
    let deliveries = environment.courier.log.all();
    let now = environment.now();
    let html = {
        let mut world = environment.world();
        let sessions = world.sessions(now);
        pages::home(&pages::State {
            issuer: &environment.issuer,
            now,
            world: &world,
            sessions: &sessions,
            calls: &calls,
            deliveries: &deliveries,
            live: query.as_deref() == Some("live"),
        })
    };
    reply::page(StatusCode::OK, html)
}
