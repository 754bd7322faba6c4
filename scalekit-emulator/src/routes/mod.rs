//! One endpoint per file.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::environment::Environment;

mod authorize;
mod bearer;
mod browser;
mod client_auth;
mod control;
mod discovery;
#[cfg(feature = "grpc")]
mod grpc;
mod home;
mod idp;
mod intercept;
mod keys;
mod login;
mod logout;
mod refusal;
mod reply;
mod revoke;
mod sessions;
mod token;
mod user_sessions;
mod userinfo;

pub(crate) fn router(environment: Arc<Environment>, control_api: bool) -> Router {
    let control = if control_api { control::router() } else { Router::new() };
    #[cfg(feature = "grpc")]
    let control = control.fallback(grpc::answer);
    Router::new()
        .merge(control)
        .route("/", get(home::show))
        .route("/.well-known/openid-configuration", get(discovery::show))
        .route("/keys", get(keys::show))
        .route("/oauth/authorize", get(authorize::begin))
        .route("/oauth/token", post(token::issue))
        .route("/oidc/logout", get(logout::leave))
        .route("/userinfo", get(userinfo::show))
        .route("/revoke", post(revoke::revoke))
        .route("/api/v1/sessions/{id}", get(sessions::show))
        .route("/api/v1/sessions/{id}/revoke", post(sessions::revoke))
        .route("/api/v1/users/{id}/sessions", get(user_sessions::list))
        .route("/api/v1/users/{id}/sessions/revoke", post(user_sessions::revoke))
        .route("/emulator/idp-initiated", get(idp::start))
        .route("/login", post(login::identify))
        .route("/login/code", post(login::verify))
        .route("/login/sign-up", post(login::register))
        .route("/login/organization", post(login::choose))
        .route("/login/cancel", post(login::cancel))
        .layer(from_fn_with_state(Arc::clone(&environment), intercept::intercept))
        .with_state(environment)
}
