//! The application: a route for each way of asking for a session.

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{any, get};
use scalekit_axum::{
    Authorized, MaybeSession, RequireLayer, Requirement, Requires, Scalekit, Session, SessionLayer, routes,
};

pub(crate) struct CanReadInvoices;

impl Requirement for CanReadInvoices {
    fn requires() -> Requires {
        Requires::permission("invoices:read")
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
        .route("/invoices", get(async |caller: Authorized<CanReadInvoices>| caller.user_id().to_owned()))
        .route("/echo-cookie", get(echo_cookie))
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

/// Sets the cookie that the request names: a handler that meddles with ours.
async fn echo_cookie(_: Session, headers: HeaderMap) -> impl IntoResponse {
    let line = headers.get("x-set").cloned();
    (line.map(|line| AppendHeaders([(SET_COOKIE, line)])), "echo")
}
