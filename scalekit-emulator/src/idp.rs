//! Logins that start at an identity provider.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::authorization::{AuthorizationRequest, Prompt};
use crate::emulator::Emulator;
use crate::environment::Environment;
use crate::parameters::append;
use crate::redirects;
use crate::signing::SigningError;
use crate::users::User;
use crate::world::World;

const LIFETIME: u64 = 300;

/// Somebody clicks on the application in the portal of their identity provider.
///
/// ```
/// use scalekit_emulator::IdpLogin;
///
/// let login = IdpLogin::new("org_100000000000000001", "ada@acme.example").relay_state("/reports");
/// ```
#[derive(Clone, Debug)]
#[must_use = "nobody has been sent anywhere"]
pub struct IdpLogin {
    organization: String,
    email: String,
    connection: Option<String>,
    relay_state: Option<String>,
    client: Option<String>,
}

/// Why no login can start at the identity provider.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdpLoginError {
    /// There is no such organization.
    #[error("there is no organization {0}")]
    UnknownOrganization(String),
    /// The organization has no connection, or another one.
    #[error("the organization {0} has no such connection: give it one with Organization::connection(…)")]
    UnknownConnection(String),
    /// There is no such client.
    #[error("there is no client {0}")]
    UnknownClient(String),
    /// Nobody knows where the application begins logins, for this organization.
    #[error("the client {0} has no login route for the organization: register it with initiate_login_uri(…)")]
    NoLoginRoute(String),
    /// The key could not sign.
    #[error(transparent)]
    Signing(#[from] SigningError),
}

impl IdpLogin {
    /// A login to the organization with this identifier, over its connection.
    pub fn new(organization: impl Into<String>, email: impl Into<String>) -> Self {
        Self {
            organization: organization.into(),
            email: email.into(),
            connection: None,
            relay_state: None,
            client: None,
        }
    }

    /// The connection (`conn_…`), when it shall not be that of the organization.
    pub fn connection(mut self, id: impl Into<String>) -> Self {
        self.connection = Some(id.into());
        self
    }

    /// Where the person wants to go: the `RelayState` of SAML.
    pub fn relay_state(mut self, state: impl Into<String>) -> Self {
        self.relay_state = Some(state.into());
        self
    }

    /// The client, when it shall not be the default one.
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.client = Some(id.into());
        self
    }
}

impl Emulator {
    /// Where a browser ends up that comes from an identity provider: the login route of the application, with
    /// `idp_initiated_login`.
    ///
    /// `GET /emulator/idp-initiated?org=…&email=…` redirects there; it also takes `conn`, `relay_state` and
    /// `client_id`. The authorization request that follows asks nothing: at the provider the person is signed in.
    ///
    /// # Errors
    ///
    /// When organization, connection and client do not fit together.
    pub fn idp_initiated_url(&self, login: &IdpLogin) -> Result<String, IdpLoginError> {
        self.environment.start_at_idp(login)
    }
}

impl Environment {
    pub(crate) fn start_at_idp(&self, login: &IdpLogin) -> Result<String, IdpLoginError> {
        let (login_route, connection) = {
            let world = self.world();
            let connection = world.connection(login)?;
            (world.login_route(login)?, connection)
        };
        let now = self.now() / 1000;
        let mut claims = Map::from_iter([
            ("iss".to_owned(), json!(self.issuer)),
            ("organization_id".to_owned(), json!(login.organization)),
            ("connection_id".to_owned(), json!(connection)),
            ("login_hint".to_owned(), json!(login.email)),
            ("iat".to_owned(), json!(now)),
            ("nbf".to_owned(), json!(now)),
            ("exp".to_owned(), json!(now + LIFETIME)),
        ]);
        if let Some(state) = &login.relay_state {
            claims.insert("relay_state".to_owned(), json!(state));
        }
        let token = self.signing_key().sign(&Value::Object(claims))?;
        Ok(append(&login_route, &[("idp_initiated_login", Some(&token))]))
    }
}

impl World {
    /// Whom the identity provider of a request has signed in, and their organization.
    ///
    /// The emulator plays the provider, where everybody is signed in who belongs to the connection. `prompt=login`
    /// and `prompt=create` want a page all the same.
    pub(crate) fn known_to_provider(&self, request: &AuthorizationRequest) -> Option<(User, String)> {
        if !matches!(request.prompt, Prompt::Unspecified | Prompt::SelectAccount) {
            return None;
        }
        let connection = request.connection_id.as_deref();
        let organization = self
            .organizations
            .iter()
            .find(|known| known.connection.is_some() && known.connection.as_deref() == connection)?;
        let user = self.user_by_email(request.login_hint.as_deref()?)?;
        user.membership(&organization.id)?;
        Some((user.clone(), organization.id.clone()))
    }

    fn login_route(&self, login: &IdpLogin) -> Result<String, IdpLoginError> {
        let client = match &login.client {
            Some(id) => self.client(id).ok_or_else(|| IdpLoginError::UnknownClient(id.clone()))?,
            None => self.clients.first().ok_or_else(|| IdpLoginError::UnknownClient(String::new()))?,
        };
        client
            .initiate_login_uri
            .as_deref()
            .and_then(|uri| redirects::expand(uri, self.organization(&login.organization)))
            .filter(|uri| !uri.contains('*'))
            .map(Cow::into_owned)
            .ok_or_else(|| IdpLoginError::NoLoginRoute(client.id.clone()))
    }

    fn connection(&self, login: &IdpLogin) -> Result<String, IdpLoginError> {
        let organization = self
            .organization(&login.organization)
            .ok_or_else(|| IdpLoginError::UnknownOrganization(login.organization.clone()))?;
        organization
            .connection
            .clone()
            .filter(|known| login.connection.as_ref().is_none_or(|wanted| wanted == known))
            .ok_or_else(|| IdpLoginError::UnknownConnection(login.organization.clone()))
    }
}
