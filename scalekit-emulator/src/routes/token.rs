use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::refusal::Refusal;
use super::{client_auth, reply};
use crate::calls::GrantType;
use crate::clients::Client;
use crate::environment::Environment;
use crate::grants::Grant;
use crate::parameters::Parameters;
use crate::tokens::{Draft, Subject};

pub(super) async fn issue(
    State(environment): State<Arc<Environment>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&environment, &headers, &body).into_response()
}

fn answer(environment: &Environment, headers: &HeaderMap, body: &[u8]) -> Result<Response, Refusal> {
    let form = client_auth::form(headers, body)?;
    let name = form.get("grant_type").ok_or_else(|| reply::invalid_request("grant_type is missing"))?;
    let grant = GrantType::named(name).ok_or_else(|| {
        reply::oauth_error(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "use authorization_code, refresh_token or client_credentials",
        )
    })?;
    let client = client_auth::authenticate(&environment.world(), headers, &form)?;
    let draft = match grant {
        GrantType::AuthorizationCode => exchange(environment, &client, &form),
        GrantType::RefreshToken => refresh(environment, &client, &form),
        GrantType::ClientCredentials => client_credentials(environment, &client, &form),
    }?;
    let tampers = environment.faults.tampers(grant);
    let refreshing = grant == GrantType::RefreshToken;
    let response = draft.issue(&environment.signing_key(), &tampers, refreshing).map_err(|error| {
        reply::oauth_error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", &error.to_string())
    })?;
    Ok(reply::json(response))
}

fn exchange(environment: &Environment, client: &Client, form: &Parameters) -> Result<Draft, Refusal> {
    let code = form.get("code").ok_or_else(|| reply::invalid_request("code is missing"))?;
    let now = environment.now();
    let mut world = environment.world();
    let bought = world
        .redeem_code(code, &client.id, form.get("redirect_uri"), form.get("code_verifier"), now)
        .map_err(|error| reply::invalid_grant(&error.to_string()))?;
    let request = &bought.request;
    if world.active_session(&bought.session_id, now).is_none() {
        return Err(reply::invalid_grant("the session has ended").into());
    }
    let offline = request.scope.split(' ').any(|scope| scope == "offline_access");
    let refresh_token = offline.then(|| {
        world.grant(Grant {
            client_id: client.id.clone(),
            session_id: bought.session_id.clone(),
            organization_id: bought.organization_id.clone(),
            connection_id: request.connection_id.clone(),
            scope: request.scope.clone(),
            revoked: false,
        })
    });
    let subject = Subject {
        client_id: &client.id,
        session_id: &bought.session_id,
        organization_id: &bought.organization_id,
        connection_id: request.connection_id.as_deref(),
        scope: &request.scope,
        nonce: request.nonce.as_deref(),
        code: Some(code),
    };
    Ok(world.draft(&environment.issuer, &subject, refresh_token, true, now).ok_or_else(left)?)
}

fn refresh(environment: &Environment, client: &Client, form: &Parameters) -> Result<Draft, Refusal> {
    let token =
        form.get("refresh_token").ok_or_else(|| reply::invalid_request("refresh_token is missing"))?;
    let now = environment.now();
    let mut world = environment.world();
    let (grant, successor) = world
        .redeem_refresh_token(token, &client.id, now)
        .map_err(|error| reply::invalid_grant(&error.to_string()))?;
    let subject = Subject {
        client_id: &client.id,
        session_id: &grant.session_id,
        organization_id: &grant.organization_id,
        connection_id: grant.connection_id.as_deref(),
        scope: &grant.scope,
        nonce: None,
        code: None,
    };
    let with_id_token = world.policy.id_token_on_refresh;
    Ok(world.draft(&environment.issuer, &subject, Some(successor), with_id_token, now).ok_or_else(left)?)
}

fn client_credentials(
    environment: &Environment,
    client: &Client,
    form: &Parameters,
) -> Result<Draft, Refusal> {
    if client.is_public() {
        return Err(reply::oauth_error(
            StatusCode::BAD_REQUEST,
            "unauthorized_client",
            "a public client has no credentials",
        )
        .into());
    }
    Ok(environment.world().client_draft(
        &environment.issuer,
        &client.id,
        form.get("scope"),
        environment.now(),
    ))
}

fn left() -> Response {
    reply::invalid_grant("the person is no member of the organization any more")
}
