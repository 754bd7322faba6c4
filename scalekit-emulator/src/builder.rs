use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::clients::Client;
use crate::clock::{Clock, SystemClock};
use crate::courier::Courier;
use crate::emulator::Emulator;
use crate::environment::Environment;
use crate::ids::Ids;
use crate::redirects::{self, RedirectUriError};
use crate::seed;
use crate::server::{Server, Sockets};
use crate::signing::{KeyRing, SigningError};
#[cfg(feature = "tls")]
use crate::tls::Identity;
use crate::users::{Organization, User};
use crate::webhooks::{Webhook, WebhookSecretError};
use crate::wire::Security;
use crate::world::{Policy, World};

/// Configures an [`Emulator`]; every setting has a default.
#[must_use = "a builder does nothing before start"]
pub struct EmulatorBuilder {
    port: u16,
    clock: Arc<dyn Clock>,
    policy: Policy,
    default_client: Client,
    clients: Vec<Client>,
    organizations: Vec<Organization>,
    users: Vec<User>,
    webhooks: Vec<(String, Option<String>)>,
    control_api: bool,
    #[cfg(feature = "tls")]
    identity: Option<Identity>,
}

/// Why the emulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Somebody else listens on the port.
    #[error("port {port} is in use: stop the other process, choose another port, or take 0 for any free one")]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The loopback interface refused.
    #[error("cannot listen on port {port} of the loopback interface")]
    Listen {
        /// The port.
        port: u16,
        /// What the operating system said.
        source: io::Error,
    },
    /// A membership names an organization that is not there.
    #[error("{email} is a member of {organization}: add it with EmulatorBuilder::organization")]
    UnknownOrganization {
        /// The person.
        email: String,
        /// The organization.
        organization: String,
    },
    /// Two clients or two people cannot be told apart.
    #[error("{what} is there twice: choose another identifier or address")]
    Duplicate {
        /// The identifier or the address.
        what: String,
    },
    /// The first signing key could not be used.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// A client registers an address that cannot be one.
    #[error("{uri} has {source}")]
    RedirectUri {
        /// The address.
        uri: String,
        /// What is wrong with it.
        source: RedirectUriError,
    },
    /// A webhook has a secret that is none.
    #[error(transparent)]
    WebhookSecret(#[from] WebhookSecretError),
    /// Nothing can be sent to applications.
    #[error("the HTTP client cannot be set up")]
    HttpClient(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// HTTPS cannot be served with this certificate and key.
    #[error("HTTPS cannot be served with this certificate and key")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Random,
}

impl EmulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            port: 0,
            clock: Arc::new(SystemClock),
            policy: Policy::default(),
            default_client: seed::client(),
            clients: Vec::new(),
            organizations: seed::organizations(),
            users: seed::users(),
            webhooks: Vec::new(),
            control_api: false,
            #[cfg(feature = "tls")]
            identity: None,
        }
    }

    /// The port to listen on; 0, the default, takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The clock that tokens, codes and sessions go by; by default the machine's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How long access tokens live; 300 s by default.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.policy.access_token_lifetime = lifetime;
        self
    }

    /// How long a rotated refresh token still gets its successor; 30 s by default, zero for never.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.policy.grace = grace;
        self
    }

    /// How long a session lives at most; 30 days by default.
    pub fn absolute_timeout(mut self, timeout: Duration) -> Self {
        self.policy.timeouts.absolute = timeout;
        self
    }

    /// How long an unused session lives; 7 days by default.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.policy.timeouts.idle = timeout;
        self
    }

    /// Whether a refresh brings an ID token; yes by default.
    pub fn id_token_on_refresh(mut self, include: bool) -> Self {
        self.policy.id_token_on_refresh = include;
        self
    }

    /// Whether a refresh token that comes back after the grace period revokes its successors; no by default.
    pub fn revoke_family_on_reuse(mut self, revoke: bool) -> Self {
        self.policy.revoke_family_on_reuse = revoke;
        self
    }

    /// The error of `prompt=none` when nobody is signed in: `login_required` by default, `user_login_required`
    /// in other places.
    pub fn login_required_error(mut self, error: impl Into<String>) -> Self {
        self.policy.login_required = error.into();
        self
    }

    /// Registers a callback address of the default client. Several calls add.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.default_client = self.default_client.redirect_uri(uri);
        self
    }

    /// Registers an address to which the default client comes back after logout. Several calls add.
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.default_client = self.default_client.post_logout_redirect_uri(uri);
        self
    }

    /// The login route of the default client.
    pub fn initiate_login_uri(mut self, uri: impl Into<String>) -> Self {
        self.default_client = self.default_client.initiate_login_uri(uri);
        self
    }

    /// Where the default client wants to hear that a session has ended: OpenID Connect Back-Channel Logout.
    pub fn back_channel_logout_uri(mut self, uri: impl Into<String>) -> Self {
        self.default_client = self.default_client.back_channel_logout_uri(uri);
        self
    }

    /// Sends events to an address, signed with [`Emulator::webhook_secret`]. Several calls add.
    pub fn webhook(mut self, url: impl Into<String>) -> Self {
        self.webhooks.push((url.into(), None));
        self
    }

    /// Sends events to an address, signed with a secret of its own: `whsec_` and base64.
    pub fn webhook_with_secret(mut self, url: impl Into<String>, secret: impl Into<String>) -> Self {
        self.webhooks.push((url.into(), Some(secret.into())));
        self
    }

    /// Whether the default client must use PKCE; no by default.
    pub fn enforce_pkce(mut self, enforce: bool) -> Self {
        self.default_client = self.default_client.enforce_pkce(enforce);
        self
    }

    /// Whether `/emulator/control/…` scripts the emulator over HTTP; no by default, yes in the program.
    pub fn control_api(mut self, enable: bool) -> Self {
        self.control_api = enable;
        self
    }

    /// Serves HTTPS with a certificate for `localhost` and its key, both PEM. The environment URL then is
    /// `https://localhost:PORT`, and whoever calls must trust the certificate. Needs the feature `tls`.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, certificate_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        self.identity = Some(Identity { certificate: certificate_pem.into(), key: key_pem.into() });
        self
    }

    /// Registers one more client.
    pub fn client(mut self, client: Client) -> Self {
        self.clients.push(client);
        self
    }

    /// Adds one more organization.
    pub fn organization(mut self, organization: Organization) -> Self {
        self.organizations.push(organization);
        self
    }

    /// Adds one more person.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Starts to serve, on the tokio runtime of the caller.
    ///
    /// # Errors
    ///
    /// When the port is not free, or the people and organizations do not fit together.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let security = self.security()?;
        let mut world = World::new(Ids::seeded().map_err(|_| StartError::Random)?, self.policy);
        world.clients.push(self.default_client);
        world.clients.extend(self.clients);
        world.organizations.extend(self.organizations);
        check(&world, &self.users)?;
        let now = self.clock.now();
        for user in self.users {
            world.add_user(user, now);
        }
        for (url, secret) in &self.webhooks {
            world.webhooks.push(Webhook::new(url, secret.as_deref().unwrap_or(seed::WEBHOOK_SECRET))?);
        }
        world.sow();
        let courier = Courier::new().map_err(|error| StartError::HttpClient(error.into()))?;
        let keys = KeyRing::development()?;
        let sockets = Sockets::bind(self.port).await.map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse { port: self.port },
            _ => StartError::Listen { port: self.port, source },
        })?;
        let environment =
            Arc::new(Environment::new(security.scheme(), sockets.port, self.clock, world, keys, courier));
        let server = Server::start(sockets, &security, &environment, self.control_api);
        Ok(Emulator::new(environment, server))
    }

    fn security(&self) -> Result<Security, StartError> {
        #[cfg(feature = "tls")]
        if let Some(identity) = &self.identity {
            let acceptor = identity.acceptor().map_err(|error| StartError::Tls(error.into()))?;
            return Ok(Security::Tls(acceptor));
        }
        Ok(Security::Plain)
    }
}

impl std::fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("port", &self.port)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

fn check(world: &World, users: &[User]) -> Result<(), StartError> {
    let clients = world.clients.iter().map(|client| client.id.clone());
    let emails = users.iter().map(|user| user.email.to_ascii_lowercase());
    let organizations = world.organizations.iter().map(|known| known.id.clone());
    let mut names = clients.chain(emails).chain(organizations).collect::<Vec<_>>();
    names.sort_unstable();
    if let Some(what) =
        names.iter().zip(names.iter().skip(1)).find_map(|(first, second)| (first == second).then_some(first))
    {
        return Err(StartError::Duplicate { what: what.clone() });
    }
    for uri in world.clients.iter().flat_map(Client::addresses) {
        redirects::check(uri).map_err(|source| StartError::RedirectUri { uri: uri.clone(), source })?;
    }
    for user in users {
        for membership in &user.memberships {
            if world.organization(&membership.organization).is_none() {
                return Err(StartError::UnknownOrganization {
                    email: user.email.clone(),
                    organization: membership.organization.clone(),
                });
            }
        }
    }
    Ok(())
}
