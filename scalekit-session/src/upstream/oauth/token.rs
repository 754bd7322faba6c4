//! Requests to the token endpoint and its responses (RFC 6749 §4.1.3, §4.4.2, §5.1, §6).

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{Endpoints, TokenFailure, TransientCause, answer, percent};
use crate::secret::{AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, IdToken, RefreshToken};
use crate::upstream::transport::{HttpRequest, HttpResponse, MAX_RESPONSE_BYTES, TransportError};

/// The client that sends a token request: with its secret in the form, as Scalekit's SDKs send it, or as a public
/// client with its id alone.
#[derive(Clone, Debug)]
pub(crate) struct OauthClient {
    pub(crate) id: String,
    pub(crate) secret: Option<ClientSecret>,
}

impl OauthClient {
    fn secret(&self) -> &str {
        self.secret.as_ref().map(ClientSecret::secret).unwrap_or_default()
    }
}

/// Redeems an authorization code. A code can be used once: never send this request twice.
pub(crate) fn code_request(
    endpoints: &Endpoints,
    client: &OauthClient,
    code: &AuthorizationCode,
    redirect_uri: &str,
    verifier: Option<&CodeVerifier>,
) -> HttpRequest {
    post(
        endpoints,
        [
            ("code", code.secret()),
            ("redirect_uri", redirect_uri),
            ("grant_type", "authorization_code"),
            ("client_id", &client.id),
            ("client_secret", client.secret()),
            ("code_verifier", verifier.map(CodeVerifier::secret).unwrap_or_default()),
        ],
    )
}

/// Sends a refresh token to get new tokens. A refresh token can be used once: never send this request twice, unless the
/// failure says that it was not sent.
pub(crate) fn refresh_request(
    endpoints: &Endpoints,
    client: &OauthClient,
    refresh_token: &RefreshToken,
) -> HttpRequest {
    post(
        endpoints,
        [
            ("grant_type", "refresh_token"),
            ("client_id", &client.id),
            ("client_secret", client.secret()),
            ("refresh_token", refresh_token.secret()),
        ],
    )
}

/// Asks for an access token for this application itself (client credentials).
pub(crate) fn client_credentials_request(
    endpoints: &Endpoints,
    client: &OauthClient,
    scopes: &[&str],
    audience: Option<&str>,
) -> HttpRequest {
    post(
        endpoints,
        [
            ("grant_type", "client_credentials"),
            ("client_id", &client.id),
            ("client_secret", client.secret()),
            ("scope", &scopes.join(" ")),
            ("audience", audience.unwrap_or_default()),
        ],
    )
}

fn post<const N: usize>(endpoints: &Endpoints, fields: [(&str, &str); N]) -> HttpRequest {
    HttpRequest::post(&endpoints.token, percent::encode(fields))
}

/// The tokens in a response of the token endpoint.
#[derive(Clone)]
pub(crate) struct TokenResponse {
    pub(crate) access_token: AccessToken,
    /// `None` at a login: `offline_access` was not granted. `None` at a refresh: keep the old one (R12).
    pub(crate) refresh_token: Option<RefreshToken>,
    /// `None` at a refresh: keep the old one (R12).
    pub(crate) id_token: Option<IdToken>,
    /// The life of the access token, as the server rounds it.
    pub(crate) expires_in: Option<Duration>,
    /// The granted scopes, if the server states them.
    pub(crate) scope: Option<String>,
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// Reads a response of the token endpoint.
pub(crate) fn read_token_response(
    sent: Result<HttpResponse, TransportError>,
) -> Result<TokenResponse, TokenFailure> {
    let response = sent.map_err(|error| TokenFailure::from_transport(&error))?;
    if response.status != 200 || response.body.len() > MAX_RESPONSE_BYTES {
        return Err(TokenFailure::from_response(&response));
    }
    answer::object(&response.body).and_then(Grant::into_response).ok_or(TokenFailure::Transient {
        retry_after: response.retry_after,
        cause: TransientCause::Unreadable,
    })
}

/// The JSON of a response with tokens. Unknown members are ignored, and so are `expires_in` and `scope` of an
/// unexpected type, because nothing depends on them.
#[derive(Deserialize)]
struct Grant {
    access_token: Text<AccessToken>,
    #[serde(default)]
    refresh_token: Option<Text<RefreshToken>>,
    #[serde(default)]
    id_token: Option<Text<IdToken>>,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    scope: Value,
}

impl Grant {
    fn into_response(self) -> Option<TokenResponse> {
        Some(TokenResponse {
            access_token: Some(self.access_token.0).filter(|token| !token.secret().is_empty())?,
            refresh_token: self.refresh_token.map(|text| text.0).filter(|token| !token.secret().is_empty()),
            id_token: self.id_token.map(|text| text.0).filter(|token| !token.secret().is_empty()),
            expires_in: seconds(&self.expires_in),
            scope: self.scope.as_str().filter(|scope| !scope.is_empty()).map(str::to_owned),
        })
    }
}

/// A secret that is read directly into its type, so that its memory is overwritten even when the rest of the response
/// cannot be read.
struct Text<T>(T);

macro_rules! deserialize_secret {
    ($($name:ident),+) => {$(
        impl<'de> Deserialize<'de> for Text<$name> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|text| Self($name::new(text)))
            }
        }
    )+};
}

deserialize_secret!(AccessToken, RefreshToken, IdToken);

/// Reads `expires_in`: a number (RFC 6749 §5.1), or a text in the responses of some proxies.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    seconds.map(Duration::from_secs)
}
