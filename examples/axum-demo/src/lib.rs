//! "Acme Workspace": what an axum application with Scalekit login looks like.
//!
//! [`app`] is the application. [`Demo`] starts it as `main` does: with Scalekit, or with an emulator in its place.

mod demo;
mod loopback;
mod pages;
mod settings;

use axum::Router;
use axum::routing::get;
use scalekit_axum::{Scalekit, SessionLayer, routes};

pub use demo::{Demo, StartError, connect};
pub use settings::{Identity, Settings, SettingsError};

/// Every route of the application. Login, callback and logout come with the session crate.
pub fn app(scalekit: &Scalekit) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route("/dashboard", get(pages::dashboard))
        .route("/invoices", get(pages::invoices))
        .route("/api/me", get(pages::me))
        .fallback(pages::not_found)
        .merge(routes(scalekit))
        .layer(SessionLayer::new(scalekit))
}
