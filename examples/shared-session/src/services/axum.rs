//! The service in axum.

use std::net::Ipv4Addr;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use scalekit_axum::{Scalekit, Session, SessionLayer, routes};
use tokio::net::TcpListener;

use super::Service;
use crate::page;
use crate::site::Failure;

pub(crate) async fn start(scalekit: &Scalekit) -> Result<Service, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let app = Router::new()
        .route("/axum/account", get(account))
        .merge(routes(scalekit))
        .layer(SessionLayer::new(scalekit));
    let server = tokio::spawn(async { axum::serve(listener, app).await });
    Ok(Service::new(address, move || server.abort()))
}

async fn account(session: Session) -> Html<String> {
    Html(page::account("axum", "axum", &session))
}
