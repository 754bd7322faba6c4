use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::{browser, reply};
use crate::environment::Environment;
use crate::pages;
use crate::parameters::{Parameters, append};
use crate::sessions::SessionStatus;

pub(super) async fn leave(
    State(environment): State<Arc<Environment>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    match end(&environment, &parameters, &headers) {
        Ok(address) => {
            let mut response = match address {
                Some(address) => reply::redirect(StatusCode::FOUND, &address),
                None => reply::page(StatusCode::OK, pages::signed_out()),
            };
            browser::forget(&environment, &mut response);
            response
        }
        Err(message) => reply::error_page(StatusCode::BAD_REQUEST, &message),
    }
}

/// Ends the session, and says where the browser goes. A request in error ends nothing.
fn end(
    environment: &Environment,
    parameters: &Parameters,
    headers: &HeaderMap,
) -> Result<Option<String>, String> {
    if let Some(name) = parameters.repeated() {
        return Err(format!("invalid_request: the parameter {name} was given twice."));
    }
    let now = environment.now();
    // An expired hint is as good as a fresh one: ID tokens live shorter than sessions.
    let hint = parameters.get("id_token_hint").map(|hint| environment.with_keys(|keys| keys.verify(hint)));
    let mut world = environment.world();
    let by_cookie =
        world.live_session(browser::cookie(environment, headers), now).map(|session| session.id.clone());
    if by_cookie.is_none() && matches!(hint, Some(None)) {
        return Err(
            "invalid_request: the id_token_hint is not signed by a key of this environment.".to_owned()
        );
    }
    let hint = hint.flatten().unwrap_or_default();
    let by_hint = hint.get("sid").and_then(Value::as_str);
    let address = match parameters.get("post_logout_redirect_uri") {
        Some(uri) => {
            let client = hint.get("azp").and_then(Value::as_str);
            let session = by_cookie.as_deref().or(by_hint).and_then(|id| world.active_session(id, now));
            let organization = session.map(|session| session.organization_id.clone());
            let organization = organization.as_deref().and_then(|id| world.organization(id));
            let registered = world
                .clients
                .iter()
                .filter(|known| client.is_none_or(|client| client == known.id))
                .any(|known| known.allows_post_logout_redirect_to(uri, organization));
            if !registered {
                return Err(format!(
                    "invalid_request: the post-logout redirect URI “{uri}” is not registered for this client; it \
                     must be absolute, and the match is exact. Register it by starting the emulator with \
                     --post-logout-redirect-uri {uri} or with Emulator::builder().post_logout_redirect_uri(…)."
                ));
            }
            Some(append(uri, &[("state", parameters.get("state"))]))
        }
        None => None,
    };
    if let Some(session) = by_cookie.as_deref().or(by_hint) {
        world.end_session(session, SessionStatus::Logout, now);
    }
    Ok(address)
}
