use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::reply;
use crate::environment::Environment;
use crate::idp::IdpLogin;
use crate::parameters::Parameters;

/// Plays the identity provider: sends the browser to the login route of the application.
pub(super) async fn start(
    State(environment): State<Arc<Environment>>,
    RawQuery(query): RawQuery,
) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    let (Some(organization), Some(email)) = (parameters.get("org"), parameters.get("email")) else {
        return reply::error_page(StatusCode::BAD_REQUEST, "The parameters org and email are needed.");
    };
    let mut login = IdpLogin::new(organization, email);
    if let Some(connection) = parameters.get("conn") {
        login = login.connection(connection);
    }
    if let Some(state) = parameters.get("relay_state") {
        login = login.relay_state(state);
    }
    if let Some(client) = parameters.get("client_id") {
        login = login.client(client);
    }
    match environment.start_at_idp(&login) {
        Ok(login_route) => reply::redirect(StatusCode::FOUND, &login_route),
        Err(error) => reply::error_page(StatusCode::BAD_REQUEST, &format!("{error}.")),
    }
}
