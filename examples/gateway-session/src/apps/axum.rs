//! The application in axum.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use scalekit_axum::{MaybeSession, RequireLayer, Session, SessionLayer, SessionManager};
use tokio::net::TcpListener;

use super::Failure;

pub(super) async fn serve(
    manager: Arc<dyn SessionManager>,
    port: u16,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Failure> {
    let app = Router::new()
        .route("/me", get(me))
        .route("/notes", post(write_note))
        .route("/admin", get(async || "For administrators").route_layer(RequireLayer::role("admin")))
        .route("/maybe", get(maybe))
        .route("/about", get(async || "About"))
        .layer(SessionLayer::with_manager(manager));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    ready(listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

async fn me(session: Session) -> String {
    session.user_id().to_owned()
}

async fn write_note(session: Session) -> String {
    format!("A note of {}", session.user_id())
}

async fn maybe(session: MaybeSession) -> String {
    match session {
        MaybeSession::Active(session) => format!("Hello {}", session.user_id()),
        _ => "Hello stranger".to_owned(),
    }
}
