//! [`LogoutRequest`]: ends Scalekit's session after the local logout (OIDC RP-Initiated Logout §2).

use super::{Endpoints, percent};
use crate::secret::IdToken;

/// The default for the longest URL, in bytes. Proxies in front of Scalekit cut longer URLs (R34).
const MAX_URL: usize = 6 * 1024;

/// The parameters of a logout at Scalekit (OIDC RP-Initiated Logout §2). Send the browser to the URL that
/// [`ScalekitClient::logout_url`] makes from them. The browser must load that URL as a page of its own, because
/// Scalekit finds its session by its own cookie.
///
/// [`ScalekitClient::logout_url`]: crate::client::ScalekitClient::logout_url
///
/// ```
/// use scalekit_session::client::{IdToken, LogoutRequest};
///
/// let logout = LogoutRequest::new()
///     .id_token_hint(&IdToken::new("eyJhbGciOi…"))
///     .post_logout_redirect_uri("https://app.example.com/bye");
/// assert!(!format!("{logout:?}").contains("eyJ"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until its URL is made"]
pub struct LogoutRequest {
    id_token_hint: Option<IdToken>,
    post_logout_redirect_uri: String,
    state: String,
    client_id: String,
    logout_hint: String,
    max_url: usize,
}

impl LogoutRequest {
    /// A logout that ends on one of Scalekit's pages.
    pub fn new() -> Self {
        Self {
            id_token_hint: None,
            post_logout_redirect_uri: String::new(),
            state: String::new(),
            client_id: String::new(),
            logout_hint: String::new(),
            max_url: MAX_URL,
        }
    }

    /// The ID token of the session. It may be expired. Without it Scalekit may ask the user before it ends the session.
    pub fn id_token_hint(self, id_token: &IdToken) -> Self {
        Self { id_token_hint: Some(id_token.clone()), ..self }
    }

    /// Where the browser goes after the logout: an absolute URL, registered with Scalekit in exactly this spelling.
    pub fn post_logout_redirect_uri(self, uri: impl Into<String>) -> Self {
        Self { post_logout_redirect_uri: uri.into(), ..self }
    }

    /// A value that Scalekit sends back to the post-logout redirect URI.
    pub fn state(self, state: impl Into<String>) -> Self {
        Self { state: state.into(), ..self }
    }

    /// The client to which the redirect URI belongs. Sent only without an ID token, which names the client itself.
    pub fn client_id(self, client_id: impl Into<String>) -> Self {
        Self { client_id: client_id.into(), ..self }
    }

    /// The user who logs out: Scalekit's session id or an e-mail address. Sent only without an ID token.
    pub fn logout_hint(self, hint: impl Into<String>) -> Self {
        Self { logout_hint: hint.into(), ..self }
    }

    /// The longest URL to make, in bytes; 6144 by default. When the URL would be longer, client id and logout hint
    /// are sent in place of the ID token.
    pub fn max_url(self, bytes: usize) -> Self {
        Self { max_url: bytes, ..self }
    }

    pub(crate) fn has_client_id(&self) -> bool {
        !self.client_id.is_empty()
    }
}

impl Default for LogoutRequest {
    fn default() -> Self {
        Self::new()
    }
}

/// The URL, with the parameters in the order of Scalekit's Node SDK. Empty parameters are left out.
pub(crate) fn end_session_url(endpoints: &Endpoints, request: &LogoutRequest) -> String {
    let url = |hint: &str, client_id: &str, logout_hint: &str| {
        let parameters = [
            ("id_token_hint", hint),
            ("post_logout_redirect_uri", &request.post_logout_redirect_uri),
            ("state", &request.state),
            ("client_id", client_id),
            ("logout_hint", logout_hint),
        ];
        percent::with_query(&endpoints.end_session, parameters)
    };
    let hinted = request.id_token_hint.as_ref().map(|id_token| url(id_token.secret(), "", ""));
    hinted
        .filter(|url| url.len() <= request.max_url)
        .unwrap_or_else(|| url("", &request.client_id, &request.logout_hint))
}
