use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::refusal::Refusal;
use super::reply;
use crate::clients::Client;
use crate::parameters::Parameters;
use crate::world::World;

/// The form of a request to an endpoint of clients.
pub(super) fn form(headers: &HeaderMap, body: &[u8]) -> Result<Parameters, Refusal> {
    let is_form = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(Refusal::from(reply::invalid_request(
            "the content type must be application/x-www-form-urlencoded",
        )));
    }
    let form = Parameters::parse(body);
    match form.repeated() {
        Some(name) => {
            Err(Refusal::from(reply::invalid_request(&format!("the parameter {name} was given twice"))))
        }
        None => Ok(form),
    }
}

/// Who asks: secret in the body or as Basic; public clients by name.
///
/// `Authorization: Bearer` says nothing here: some SDKs send a stale management token along.
pub(super) fn authenticate(world: &World, headers: &HeaderMap, form: &Parameters) -> Result<Client, Refusal> {
    let basic = basic(headers)?;
    let (id, secret) = match &basic {
        Some(_) if form.get("client_secret").is_some() => {
            return Err(Refusal::from(reply::invalid_request("two secrets: one in the body, one as Basic")));
        }
        Some((id, _)) if form.get("client_id").is_some_and(|other| other != id) => {
            return Err(Refusal::from(reply::invalid_request("two different clients")));
        }
        Some((id, secret)) => (Some(id.as_str()), Some(secret.as_str())),
        None => (form.get("client_id"), form.get("client_secret")),
    };
    let client = id.and_then(|id| world.client(id)).ok_or_else(|| invalid_client("unknown client"))?;
    let trusted = match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => client.knows(secret),
        None => client.is_public(),
    };
    if trusted { Ok(client.clone()) } else { Err(invalid_client("wrong client secret")) }
}

fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Refusal> {
    let Some(credentials) = headers
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok())
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .map(|(_, credentials)| credentials)
    else {
        return Ok(None);
    };
    STANDARD
        .decode(credentials.trim())
        .ok()
        .and_then(|decoded| String::from_utf8(decoded).ok())
        .and_then(|pair| {
            let (id, secret) = pair.split_once(':')?;
            Some((form_decode(id)?, form_decode(secret)?))
        })
        .map(Some)
        .ok_or_else(|| invalid_client("the Basic credentials cannot be read"))
}

/// RFC 6749 §2.3.1 form-encodes both parts.
fn form_decode(text: &str) -> Option<String> {
    percent_decode_str(&text.replace('+', " ")).decode_utf8().ok().map(Into::into)
}

fn invalid_client(description: &str) -> Refusal {
    Refusal::from(reply::unauthorized(r#"Basic realm="scalekit""#, "invalid_client", description))
}
