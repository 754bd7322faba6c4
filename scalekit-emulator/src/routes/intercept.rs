//! What happens around every request: counting, gates and faults.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};

use super::reply;
use crate::calls::{Call, Endpoint, GrantType};
use crate::environment::Environment;
use crate::faults::{Fault, FaultBody};
use crate::parameters::Parameters;
use crate::wire::Scissors;

const FORM_LIMIT: usize = 1 << 20;

pub(super) async fn intercept(
    State(environment): State<Arc<Environment>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(endpoint) = Endpoint::at(request.uri().path()) else {
        return next.run(request).await;
    };
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let scissors = request
        .extensions()
        .get::<ConnectInfo<Scissors>>()
        .map(|ConnectInfo(scissors)| scissors.clone())
        .unwrap_or_default();
    let (request, grant) = match endpoint {
        Endpoint::Token => with_grant(request).await,
        _ => (request, None),
    };

    environment.calls.arrived(endpoint, grant);
    environment.faults.before(endpoint, grant).await;
    let plan = environment.faults.plan(endpoint, grant);
    if plan.delay > Duration::ZERO {
        tokio::time::sleep(plan.delay).await;
    }
    let (response, dropped) = match plan.fault {
        None | Some(Fault::Delay(_)) => (next.run(request).await, false),
        Some(Fault::Status { status, retry_after, body }) => (instead(status, retry_after, body), false),
        Some(Fault::TruncatedJson) => (truncate(next.run(request).await).await, false),
        Some(Fault::DropConnectionAfterProcessing) => (next.run(request).await, true),
        Some(Fault::DropConnection) => (StatusCode::OK.into_response(), true),
    };
    environment.faults.after(endpoint, grant).await;

    let status = (!dropped).then_some(response.status().as_u16());
    tracing::debug!(%method, %path, ?grant, ?status, "answered");
    environment.calls.answered(Call { method, path, grant, status });
    if dropped {
        scissors.cut();
    }
    response
}

/// Reads the grant and gives the request back as it was.
async fn with_grant(request: Request) -> (Request, Option<GrantType>) {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, FORM_LIMIT).await.unwrap_or_default();
    let grant = Parameters::parse(&body).get("grant_type").and_then(GrantType::named);
    (Request::from_parts(parts, Body::from(body)), grant)
}

fn instead(status: u16, retry_after: Option<Duration>, body: FaultBody) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        FaultBody::Html => {
            let page = format!("<html><body><h1>{status}</h1><hr>nginx</body></html>");
            (status, Html(page)).into_response()
        }
        FaultBody::OAuth { error } => reply::oauth_error(status, &error, "the emulator was told to fail"),
        FaultBody::Json(text) => (status, [("content-type", "application/json")], text).into_response(),
        FaultBody::Empty => status.into_response(),
    };
    if let Some(wait) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    response
}

async fn truncate(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, FORM_LIMIT).await.unwrap_or_default();
    let half = body.slice(..body.len() / 2);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(half))
}
