//! [`AuthorizationRequest`]: begins a login (RFC 6749 §4.1.1, OIDC Core §3.1.2.1, RFC 7636 §4.3).

use thiserror::Error;

use super::{Endpoints, percent};
use crate::secret::{CodeVerifier, Nonce};

/// The parameters of a login at Scalekit (RFC 6749 §4.1.1, OIDC Core §3.1.2.1). Send the browser to the URL that
/// [`ScalekitClient::authorization_url`] makes from them.
///
/// Without `organization_id`, `connection_id`, `login_hint`, `domain_hint` and `provider`, the hosted login page
/// shows all its methods. When several are set, `provider` wins over the connection, the connection over the
/// organization, and the organization over the domain.
///
/// [`ScalekitClient::authorization_url`]: crate::client::ScalekitClient::authorization_url
///
/// ```
/// use scalekit_session::client::{AuthorizationRequest, CodeVerifier};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = CodeVerifier::generate()?;
/// let request = AuthorizationRequest::new("https://app.example.com/auth/callback")
///     .scopes(["openid", "profile", "email", "offline_access"])
///     .state("st-1")
///     .code_challenge_of(&verifier)
///     .organization_id("org_1")
///     .parameter("ui_locales", "de")?;
/// assert!(request.clone().parameter("client_id", "skc_other").is_err());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until its URL is made"]
pub struct AuthorizationRequest {
    redirect_uri: String,
    scopes: String,
    state: String,
    nonce: Option<Nonce>,
    login_hint: String,
    domain_hint: String,
    connection_id: String,
    organization_id: String,
    code_challenge: String,
    provider: String,
    prompt: String,
    parameters: Vec<(String, String)>,
}

impl AuthorizationRequest {
    /// A login that comes back to `redirect_uri`, which must be registered with Scalekit in exactly this spelling.
    /// Asks for the scopes `openid profile email`.
    pub fn new(redirect_uri: impl Into<String>) -> Self {
        Self {
            redirect_uri: redirect_uri.into(),
            scopes: "openid profile email".to_owned(),
            state: String::new(),
            nonce: None,
            login_hint: String::new(),
            domain_hint: String::new(),
            connection_id: String::new(),
            organization_id: String::new(),
            code_challenge: String::new(),
            provider: String::new(),
            prompt: String::new(),
            parameters: Vec::new(),
        }
    }

    /// Asks for exactly these scopes. With `offline_access` Scalekit also sends a refresh token.
    pub fn scopes<S: AsRef<str>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let mut joined = String::new();
        for scope in scopes {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(scope.as_ref());
        }
        Self { scopes: joined, ..self }
    }

    /// A random value that Scalekit sends back with the code. The callback must compare it.
    pub fn state(self, state: impl Into<String>) -> Self {
        Self { state: state.into(), ..self }
    }

    /// A random value that Scalekit puts into the ID token. Give it to [`CodeExchange::nonce`] as well, which
    /// compares it.
    ///
    /// [`CodeExchange::nonce`]: crate::client::CodeExchange::nonce
    pub fn nonce(self, nonce: &Nonce) -> Self {
        Self { nonce: Some(nonce.clone()), ..self }
    }

    /// The user's e-mail address: fills in the login page, and finds the user's organization.
    pub fn login_hint(self, email: impl Into<String>) -> Self {
        Self { login_hint: email.into(), ..self }
    }

    /// A domain of the organization to log in to.
    pub fn domain_hint(self, domain: impl Into<String>) -> Self {
        Self { domain_hint: domain.into(), ..self }
    }

    /// The connection (`conn_…`) to log in with.
    pub fn connection_id(self, connection_id: impl Into<String>) -> Self {
        Self { connection_id: connection_id.into(), ..self }
    }

    /// The organization (`org_…`) to log in to.
    pub fn organization_id(self, organization_id: impl Into<String>) -> Self {
        Self { organization_id: organization_id.into(), ..self }
    }

    /// Binds the code to `verifier` (RFC 7636, method S256): the code can be redeemed only with this verifier.
    pub fn code_challenge_of(self, verifier: &CodeVerifier) -> Self {
        Self { code_challenge: verifier.challenge(), ..self }
    }

    /// The social login to use: `google`, `microsoft`, `github`, `gitlab`, `linkedin` or `salesforce`.
    pub fn provider(self, provider: impl Into<String>) -> Self {
        Self { provider: provider.into(), ..self }
    }

    /// What the login page does first: `login`, `create`, `select_account` or `none`.
    pub fn prompt(self, prompt: impl Into<String>) -> Self {
        Self { prompt: prompt.into(), ..self }
    }

    /// Adds any other parameter after those of the other methods.
    ///
    /// # Errors
    /// When this type sets a parameter of that name itself; when the parameter would change where or how Scalekit
    /// answers; when it would put a secret into the URL; or when the name has other characters than letters, digits,
    /// `_`, `-` and `.`.
    pub fn parameter(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<Self, ReservedParameter> {
        let name = name.into();
        if is_reserved(&name) {
            return Err(ReservedParameter { name });
        }
        self.parameters.push((name, value.into()));
        Ok(self)
    }

    /// The URL, with the parameters in the order of Scalekit's Node SDK. Empty parameters are left out.
    pub(crate) fn url(&self, endpoints: &Endpoints, client_id: &str) -> String {
        let method = if self.code_challenge.is_empty() { "" } else { "S256" };
        let fixed = [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scopes),
            ("state", &self.state),
            ("nonce", self.nonce.as_ref().map(Nonce::secret).unwrap_or_default()),
            ("login_hint", &self.login_hint),
            ("domain_hint", &self.domain_hint),
            // Scalekit's SDKs send the domain under both names
            ("domain", &self.domain_hint),
            ("connection_id", &self.connection_id),
            ("organization_id", &self.organization_id),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", method),
            ("provider", &self.provider),
            ("prompt", &self.prompt),
        ];
        let more = self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        percent::with_query(&endpoints.authorize, fixed.into_iter().chain(more))
    }
}

/// A parameter that [`AuthorizationRequest::parameter`] does not set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the parameter {name:?} of an authorization request cannot be set by name")]
#[non_exhaustive]
pub struct ReservedParameter {
    /// The name of the parameter.
    pub name: String,
}

fn is_reserved(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let name = name.to_ascii_lowercase();
    name.is_empty() || !name.bytes().all(is_word) || RESERVED.contains(&&*name)
}

const RESERVED: &[&str] = &[
    // these have a method of their own, or never change
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "connection_id",
    "domain",
    "domain_hint",
    "login_hint",
    "nonce",
    "organization_id",
    "prompt",
    "provider",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    // these change how the answer comes, or carry a whole request (OIDC Core §6)
    "request",
    "request_uri",
    "response_mode",
    // these are secrets and must not be in a URL
    "client_assertion",
    "client_secret",
    "code_verifier",
];
