use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::deliveries::DeliveryOutcome;
use crate::environment::Environment;
use crate::routes::reply;
use crate::timestamps::rfc3339;

type Shared = State<Arc<Environment>>;

pub(super) async fn calls(State(environment): Shared) -> Response {
    let calls = environment.calls.snapshot();
    let counts = calls.counts().map(|(name, count)| (name.to_owned(), json!(count)));
    let recent = calls.recent().into_iter().map(|call| {
        json!({
            "method": call.method,
            "path": call.path,
            "grant": call.grant.map(|grant| grant.name()),
            "status": call.status,
        })
    });
    reply::json(json!({
        "counts": Map::from_iter(counts),
        "total": calls.total(),
        "recent": recent.collect::<Vec<_>>(),
    }))
}

pub(super) async fn sessions(State(environment): Shared) -> Response {
    let mut world = environment.world();
    let timeouts = world.policy.timeouts;
    let sessions = world.sessions(environment.now());
    let sessions = sessions.iter().map(|session| session.details(timeouts, rfc3339)).collect::<Vec<_>>();
    reply::json(json!({ "sessions": sessions }))
}

pub(super) async fn deliveries(State(environment): Shared) -> Response {
    let deliveries = environment.courier.log.all().into_iter().map(|delivery| {
        let (status, error) = match delivery.outcome {
            DeliveryOutcome::Pending => (Value::Null, Value::Null),
            DeliveryOutcome::Answered(status) => (json!(status), Value::Null),
            DeliveryOutcome::Failed(error) => (Value::Null, json!(error)),
        };
        json!({
            "id": delivery.id,
            "kind": delivery.kind.name(),
            "url": delivery.url,
            "body": delivery.body,
            "status": status,
            "error": error,
        })
    });
    reply::json(json!({ "deliveries": deliveries.collect::<Vec<_>>() }))
}
