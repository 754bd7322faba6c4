//! The authorization request: where a login begins (RFC 6749 §4.1.1, OIDC Core §3.1.2.1, RFC 7636 §4.3).

use thiserror::Error;

use super::{Endpoints, percent};
use crate::secret::{CodeVerifier, Nonce};

/// A login at Scalekit, to be sent to the browser as a URL.
///
/// Leave `organization_id`, `connection_id`, `login_hint` and `domain_hint` out to show the hosted login page with
/// all its methods. Several of them at once: `provider` wins over the connection, that over the organization, that
/// over the domain.
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
    /// A login that comes back to `redirect_uri`, which must be registered with Scalekit to the letter. Asks for
    /// the scopes `openid profile email`.
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

    /// Asks for exactly these scopes. `offline_access` is what brings a refresh token.
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

    /// Comes back with the code, and must be compared there.
    pub fn state(self, state: impl Into<String>) -> Self {
        Self { state: state.into(), ..self }
    }

    /// Comes back in the ID token, and must be compared there.
    pub fn nonce(self, nonce: &Nonce) -> Self {
        Self { nonce: Some(nonce.clone()), ..self }
    }

    /// The user's e-mail address, to prefill the page and to find the user's organization.
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

    /// Binds the code to `verifier` (RFC 7636, method S256). The exchange must present the verifier.
    pub fn code_challenge_of(self, verifier: &CodeVerifier) -> Self {
        Self { code_challenge: verifier.challenge(), ..self }
    }

    /// The social login to use: `google`, `microsoft`, `github`, `gitlab`, `linkedin` or `salesforce`.
    pub fn provider(self, provider: impl Into<String>) -> Self {
        Self { provider: provider.into(), ..self }
    }

    /// `login`, `create`, `select_account` or `none`.
    pub fn prompt(self, prompt: impl Into<String>) -> Self {
        Self { prompt: prompt.into(), ..self }
    }

    /// Any other parameter, behind the others.
    ///
    /// # Errors
    /// When the name is one that this type sets, one that would change where or how the answer comes, or one that
    /// would put a secret into a URL.
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

    /// The URL, with the parameters in the order of Scalekit's Node SDK. Empty ones are left out.
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
            // Scalekit's SDKs send both names
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

/// A parameter that cannot be set by name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the parameter {name:?} of an authorization request cannot be set by name")]
#[non_exhaustive]
pub struct ReservedParameter {
    /// Its name.
    pub name: String,
}

fn is_reserved(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let name = name.to_ascii_lowercase();
    name.is_empty() || !name.bytes().all(is_word) || RESERVED.contains(&&*name)
}

const RESERVED: &[&str] = &[
    // set by a method of their own, or always the same
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
    // change how the answer comes, or carry a whole request of their own (OIDC Core §6)
    "request",
    "request_uri",
    "response_mode",
    // have no place in a URL
    "client_assertion",
    "client_secret",
    "code_verifier",
];
