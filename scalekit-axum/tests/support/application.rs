//! The application: a route for each way of asking for a session.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{any, get};
use futures_util::{StreamExt, stream};
use scalekit_axum::{
    Authorized, MaybeSession, RequireLayer, Requirement, Requires, Scalekit, Session, SessionLayer, routes,
};

pub(crate) struct CanReadInvoices;

impl Requires for CanReadInvoices {
    fn requirement() -> Requirement {
        Requirement::permission("invoices:read")
    }
}

/// The application as its users would write it.
pub(crate) fn application(scalekit: &Scalekit) -> Router {
    Router::new()
        .merge(pages())
        .merge(guarded())
        .nest("/nested", Router::new().merge(guarded()).nest("/inner", pages()))
        .merge(routes(scalekit))
        .layer(SessionLayer::new(scalekit))
}

fn pages() -> Router {
    Router::new()
        .route("/public", any(async || "public"))
        .route("/maybe", any(maybe))
        .route("/optional", any(optional))
        .route("/me", any(async |session: Session| session.user_id().to_owned()))
        .route("/name", get(name))
        .route("/invoices", get(async |caller: Authorized<CanReadInvoices>| caller.user_id().to_owned()))
        .route("/boom", get(async |_: Session| (StatusCode::INTERNAL_SERVER_ERROR, "boom")))
        .route("/status/{code}", get(async |_: Session, Path(code): Path<u16>| status(code)))
        .route("/moved", get(async |_: Session| (StatusCode::SEE_OTHER, [(LOCATION, "/public")])))
        .route("/cached", get(cached))
        .route("/stricter", get(async |_: Session| [(CACHE_CONTROL, "no-store"), (VARY, "accept, cookie")]))
        .route("/own-cookies", get(own_cookies))
        .route("/echo-cookie", get(echo_cookie))
        .route("/stream", get(events))
}

/// The same guard twice: what the layer found out, the handler must find again.
fn guarded() -> Router {
    let me = || get(async |session: Session| session.user_id().to_owned());
    Router::new()
        .route("/guarded", me().route_layer(RequireLayer::authenticated()))
        .route("/admin", me().route_layer(RequireLayer::role("admin")))
        .route("/writers", me().route_layer(RequireLayer::permission("invoices:write")))
        .route("/bare", get(async || "behind a guard").route_layer(RequireLayer::authenticated()))
}

async fn maybe(session: MaybeSession) -> String {
    match session {
        MaybeSession::Active(session) => format!("active {}", session.user_id()),
        MaybeSession::Anonymous => "anonymous".to_owned(),
        MaybeSession::Unavailable { retry_after } => format!("unavailable {}", retry_after.as_secs()),
        other => format!("{other:?}"),
    }
}

async fn optional(session: Option<Session>) -> String {
    session.map_or_else(|| "none".to_owned(), |session| format!("some {}", session.user_id()))
}

async fn name(session: Session) -> String {
    session.profile().and_then(|profile| profile.name.clone()).unwrap_or_default()
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::IM_A_TEAPOT)
}

async fn cached(_: Session) -> impl IntoResponse {
    let headers = [(CACHE_CONTROL, "public, max-age=60"), (VARY, "accept-encoding")];
    let shared = [("cdn-cache-control", "max-age=60"), ("surrogate-control", "max-age=60")];
    (AppendHeaders(headers), AppendHeaders(shared), "for everybody, says the handler")
}

async fn own_cookies(_: Session) -> impl IntoResponse {
    AppendHeaders([(SET_COOKIE, "theme=dark; Path=/"), (SET_COOKIE, "language=en, or so; Path=/")])
}

/// Sets the cookie that the request names: a handler that meddles with ours.
async fn echo_cookie(_: Session, headers: HeaderMap) -> impl IntoResponse {
    let line = headers.get("x-set").cloned();
    (line.map(|line| AppendHeaders([(SET_COOKIE, line)])), "echo")
}

/// One event, and a body that never ends.
async fn events(session: Session) -> impl IntoResponse {
    let hello = Ok::<_, Infallible>(format!("data: hello {}\n\n", session.user_id()));
    let body = Body::from_stream(stream::iter([hello]).chain(stream::pending()));
    ([(CONTENT_TYPE, "text/event-stream")], body)
}
