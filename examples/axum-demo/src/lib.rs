//! "Acme Workspace": what an axum application with Scalekit login looks like.
//!
//! [`app`] is the application. [`Demo`] starts it as `main` does: with Scalekit, or with an emulator in its place.

mod demo;
mod handlers;
mod loopback;

use axum::Router;
use axum::routing::get;
use scalekit_axum::{Scalekit, SessionLayer, routes};

pub use demo::{Demo, StartError, connect};

/// Every route of the application. Login, callback and logout come with the session crate.
pub fn app(scalekit: &Scalekit) -> Router {
    Router::new()
        .route("/", get(handlers::home))
        .route("/dashboard", get(handlers::dashboard))
        .route("/invoices", get(handlers::invoices))
        .route("/api/me", get(handlers::me))
        .fallback(handlers::not_found)
        .merge(routes(scalekit))
        .layer(SessionLayer::new(scalekit))
}
