use std::fmt;
use std::time::Duration;

use crate::redirects;
use crate::users::Organization;

/// An application registered with the emulator.
#[derive(Clone)]
pub struct Client {
    pub(crate) id: String,
    pub(crate) secrets: Vec<String>,
    pub(crate) enforce_pkce: bool,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) post_logout_redirect_uris: Vec<String>,
    pub(crate) initiate_login_uri: Option<String>,
    pub(crate) back_channel_logout_uri: Option<String>,
    pub(crate) access_token_lifetime: Option<Duration>,
}

impl Client {
    /// A web application, which authenticates with a secret.
    #[must_use]
    pub fn confidential(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { secrets: vec![secret.into()], enforce_pkce: false, ..Self::public(id) }
    }

    /// A single-page or native application: no secret, PKCE always.
    #[must_use]
    pub fn public(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secrets: Vec::new(),
            enforce_pkce: true,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            initiate_login_uri: None,
            back_channel_logout_uri: None,
            access_token_lifetime: None,
        }
    }

    /// Accepts one more secret, as during a rotation.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Refuses authorization requests without a code challenge. Public clients always do.
    #[must_use]
    pub fn enforce_pkce(mut self, enforce: bool) -> Self {
        self.enforce_pkce = enforce || self.is_public();
        self
    }

    /// Registers a callback address.
    ///
    /// The match is exact, but for one `*` as the outermost label of the host (`https://*.acmecorp.com`) and for the
    /// placeholders `{{org_slug}}`, `{{external_id}}` and those of [`Organization::metadata`], which are filled for
    /// the `organization_id` of the request.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// Registers an address to come back to after logout, as a [callback](Self::redirect_uri); placeholders are
    /// filled for the organization of the session.
    #[must_use]
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.post_logout_redirect_uris.push(uri.into());
        self
    }

    /// The application's login route, for logins that start elsewhere; it may have placeholders.
    #[must_use]
    pub fn initiate_login_uri(mut self, uri: impl Into<String>) -> Self {
        self.initiate_login_uri = Some(uri.into());
        self
    }

    /// Where the application wants to hear that a session has ended it took part in.
    #[must_use]
    pub fn back_channel_logout_uri(mut self, uri: impl Into<String>) -> Self {
        self.back_channel_logout_uri = Some(uri.into());
        self
    }

    /// Overrides the access-token lifetime of the environment.
    #[must_use]
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.access_token_lifetime = Some(lifetime);
        self
    }

    pub(crate) fn is_public(&self) -> bool {
        self.secrets.is_empty()
    }

    pub(crate) fn knows(&self, secret: &str) -> bool {
        self.secrets.iter().any(|known| known == secret)
    }

    pub(crate) fn allows_redirect_to(&self, uri: &str, organization: Option<&Organization>) -> bool {
        self.redirect_uris.iter().any(|known| redirects::allows(known, uri, organization))
    }

    pub(crate) fn allows_post_logout_redirect_to(
        &self,
        uri: &str,
        organization: Option<&Organization>,
    ) -> bool {
        self.post_logout_redirect_uris.iter().any(|known| redirects::allows(known, uri, organization))
    }

    /// Every address that is registered.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &String> {
        self.redirect_uris.iter().chain(&self.post_logout_redirect_uris).chain(&self.initiate_login_uri)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.id)
            .field("public", &self.is_public())
            .field("redirect_uris", &self.redirect_uris)
            .finish_non_exhaustive()
    }
}
