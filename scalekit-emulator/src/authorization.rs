use url::Url;

use crate::parameters::{Parameters, append};
use crate::seed::HOSTED_CONNECTION;
use crate::world::World;

/// A valid request to `/oauth/authorize`.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) login_hint: Option<String>,
    pub(crate) organization_id: Option<String>,
    pub(crate) connection_id: Option<String>,
    pub(crate) prompt: Prompt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompt {
    Unspecified,
    None,
    Login,
    Create,
    SelectAccount,
}

/// Why a request is not valid.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nobody can be trusted to receive the answer, so it is shown here.
    Page(String),
    /// The application hears of it.
    Redirect(String),
}

impl AuthorizationRequest {
    pub(crate) fn read(parameters: &Parameters, world: &World) -> Result<Self, Refusal> {
        let (client_id, redirect_uri) = return_address(parameters, world)?;
        let refuse = |error: &str, description: &str| {
            Refusal::Redirect(callback_error(redirect_uri, error, description, parameters.get("state")))
        };
        let invalid = |description: &str| refuse("invalid_request", description);

        if let Some(name) = parameters.repeated() {
            return Err(invalid(&format!("the parameter {name} was given twice")));
        }
        if parameters.get("response_type") != Some("code") {
            return Err(invalid("response_type must be code"));
        }
        let challenge = parameters.get("code_challenge");
        if challenge.is_some() || parameters.get("code_challenge_method").is_some() {
            if parameters.get("code_challenge_method") != Some("S256") {
                return Err(invalid("code_challenge_method must be S256"));
            }
            if !challenge.is_some_and(is_s256_challenge) {
                return Err(invalid("code_challenge must be the SHA-256 of the verifier as base64url"));
            }
        } else if world.client(client_id).is_some_and(|client| client.enforce_pkce) {
            return Err(invalid("this client must use PKCE: code_challenge is missing"));
        }
        let connection_id = parameters.get("connection_id");
        if connection_id.is_some_and(|id| !world.has_connection(id)) {
            return Err(refuse("invalid_connection_id", "no such connection"));
        }
        let organization_id = parameters.get("organization_id");
        if organization_id.is_some_and(|id| world.organization(id).is_none()) {
            return Err(refuse("invalid_organization_id", "no such organization"));
        }

        Ok(Self {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            scope: scope(parameters.get("scope")),
            state: parameters.get("state").map(str::to_owned),
            nonce: parameters.get("nonce").map(str::to_owned),
            challenge: challenge.map(str::to_owned),
            login_hint: parameters.get("login_hint").map(str::to_owned),
            organization_id: organization_id.map(str::to_owned),
            connection_id: connection_id.map(str::to_owned),
            prompt: Prompt::read(parameters.get("prompt"))
                .ok_or_else(|| invalid("prompt=none stands alone"))?,
        })
    }

    pub(crate) fn refuse(&self, error: &str, description: &str) -> String {
        callback_error(&self.redirect_uri, error, description, self.state.as_deref())
    }

    pub(crate) fn answer(&self, code: &str) -> String {
        append(&self.redirect_uri, &[("code", Some(code)), ("state", self.state.as_deref())])
    }
}

impl Prompt {
    /// Unknown values are ignored, as unknown parameters are.
    fn read(prompt: Option<&str>) -> Option<Self> {
        let values = prompt.unwrap_or_default().split_ascii_whitespace().collect::<Vec<_>>();
        if values.contains(&"none") {
            return (values.len() == 1).then_some(Self::None);
        }
        let known = values.iter().find_map(|value| match *value {
            "login" => Some(Self::Login),
            "create" => Some(Self::Create),
            "select_account" => Some(Self::SelectAccount),
            _ => None,
        });
        Some(known.unwrap_or(Self::Unspecified))
    }
}

impl World {
    fn has_connection(&self, id: &str) -> bool {
        id == HOSTED_CONNECTION
            || self.organizations.iter().any(|organization| organization.connection.as_deref() == Some(id))
    }
}

/// Client and callback address: before both are known to be good, nobody is redirected.
fn return_address<'a>(parameters: &'a Parameters, world: &World) -> Result<(&'a str, &'a str), Refusal> {
    if let Some(name @ ("client_id" | "redirect_uri")) = parameters.repeated() {
        return Err(Refusal::Page(format!("The parameter {name} was given twice.")));
    }
    let client_id = parameters
        .get("client_id")
        .ok_or_else(|| Refusal::Page("The parameter client_id is missing.".to_owned()))?;
    let client = world.client(client_id).ok_or_else(|| {
        Refusal::Page(format!(
            "There is no client “{client_id}”. Check SCALEKIT_CLIENT_ID, or register the client with \
             Emulator::builder().client(…)."
        ))
    })?;
    let redirect_uri = parameters
        .get("redirect_uri")
        .ok_or_else(|| Refusal::Page("The parameter redirect_uri is missing.".to_owned()))?;
    let organization = parameters.get("organization_id").and_then(|id| world.organization(id));
    if !client.allows_redirect_to(redirect_uri, organization) {
        return Err(Refusal::Page(format!(
            "The redirect URI “{redirect_uri}” is not registered for this client; the match is exact, \
             and templates need an organization_id. \
             Register it by starting the emulator with --redirect-uri {redirect_uri} or with \
             Emulator::builder().redirect_uri(…)."
        )));
    }
    Ok((client_id, redirect_uri))
}

fn scope(requested: Option<&str>) -> String {
    let requested = requested.unwrap_or_default().split_ascii_whitespace().collect::<Vec<_>>();
    if requested.is_empty() { "openid profile email".to_owned() } else { requested.join(" ") }
}

fn is_s256_challenge(challenge: &str) -> bool {
    challenge.len() == 43
        && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn callback_error(redirect_uri: &str, error: &str, description: &str, state: Option<&str>) -> String {
    append(
        redirect_uri,
        &[("error", Some(error)), ("error_description", Some(description)), ("state", state)],
    )
}

/// The parameters of an authorization URL, if it is one of the environment at `issuer`.
pub(crate) fn parameters_of(url: &str, issuer: &str) -> Option<Parameters> {
    let (path, query) = url.strip_prefix(issuer)?.split_once('?')?;
    (path == "/oauth/authorize" && Url::parse(url).is_ok()).then(|| Parameters::parse(query.as_bytes()))
}
