use std::sync::Arc;

use serde_json::Value;
use url::Url;

use crate::authorization::{AuthorizationRequest, Prompt, Refusal, parameters_of};
use crate::builder::{EmulatorBuilder, StartError};
use crate::calls::{Call, Calls, Endpoint};
use crate::environment::Environment;
use crate::faults::Faults;
use crate::login::TEST_CODE;
use crate::seed::{CLIENT_ID, CLIENT_SECRET};
use crate::server::Server;
use crate::sessions::{Session, SessionStatus};
use crate::signing::{Rotation, SigningError, SigningKey};
use crate::step::{SignUp, Step, Visit};
use crate::users::Membership;
use crate::visitor::Visitor;

/// A running Scalekit environment. Dropping it stops the server.
pub struct Emulator {
    pub(crate) environment: Arc<Environment>,
    server: Server,
}

/// Why nobody could be signed in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticateError {
    /// The URL is not one of this environment's `/oauth/authorize`.
    #[error("not an authorization URL of {issuer}")]
    NotAuthorize {
        /// The address of the emulator.
        issuer: String,
    },
    /// The emulator answers such a request with an error page.
    #[error("the emulator shows an error page: {message}")]
    ErrorPage {
        /// What the page says.
        message: String,
    },
    /// Nobody has this address; see [`EmulatorBuilder::user`].
    #[error("nobody has the address {email}")]
    UnknownUser {
        /// The address.
        email: String,
    },
}

impl Emulator {
    pub(crate) fn new(environment: Arc<Environment>, server: Server) -> Self {
        Self { environment, server }
    }

    /// Starts on any free port of the loopback interface, with the seeded people and the machine's clock.
    ///
    /// # Errors
    ///
    /// When the loopback interface is not available.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Configures an emulator.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::new()
    }

    /// The environment URL and issuer: `http://localhost:PORT` (with TLS `https`), without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.environment.issuer
    }

    /// The identifier of the default client.
    #[must_use]
    pub fn client_id(&self) -> &str {
        CLIENT_ID
    }

    /// The secret of the default client.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        CLIENT_SECRET
    }

    /// The variables that configure an application whose callback is `redirect_uri`.
    ///
    /// Registers that address, and the root of its origin as the place to come back to after logout. The cookie
    /// secret is a new one at each call.
    #[must_use]
    pub fn env(&self, redirect_uri: &str) -> Vec<(String, String)> {
        self.register_redirect_uri(redirect_uri);
        if let Ok(root) = Url::parse(redirect_uri).and_then(|uri| uri.join("/")) {
            self.register_post_logout_redirect_uri(root.as_str());
        }
        let cookie_secret = self.environment.world().ids.secret();
        [
            ("SCALEKIT_ENVIRONMENT_URL", self.url()),
            ("SCALEKIT_CLIENT_ID", self.client_id()),
            ("SCALEKIT_CLIENT_SECRET", self.client_secret()),
            ("SCALEKIT_REDIRECT_URI", redirect_uri),
            ("SCALEKIT_COOKIE_SECRET", &cookie_secret),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Registers a callback address of the default client.
    pub fn register_redirect_uri(&self, uri: &str) {
        self.environment.world().change_default_client(|client| {
            if !client.allows_redirect_to(uri, None) {
                client.redirect_uris.push(uri.to_owned());
            }
        });
    }

    /// Registers an address to which the default client comes back after logout.
    pub fn register_post_logout_redirect_uri(&self, uri: &str) {
        self.environment.world().change_default_client(|client| {
            if !client.allows_post_logout_redirect_to(uri, None) {
                client.post_logout_redirect_uris.push(uri.to_owned());
            }
        });
    }

    /// Signs in at the hosted pages, each time as a browser that has never been there.
    ///
    /// Returns where the browser ends up: the callback of the application, with `code` and `state` or with `error`.
    /// Somebody with several organizations enters the first, unless the URL names one; test users type their
    /// code; `prompt=create` signs up. Counts as an authorize call; faults and gates do not apply.
    ///
    /// # Errors
    ///
    /// When the browser would not get back to the application.
    pub fn authenticate(&self, authorize_url: &str, email: &str) -> Result<String, AuthenticateError> {
        let environment = &self.environment;
        environment.calls.arrived(Endpoint::Authorize, None);
        let parameters = parameters_of(authorize_url, self.url())
            .ok_or_else(|| AuthenticateError::NotAuthorize { issuer: self.url().to_owned() })?;
        let now = environment.now();
        let mut world = environment.world();
        let request = match AuthorizationRequest::read(&parameters, &world) {
            Ok(request) => request,
            Err(Refusal::Redirect(callback)) => return Ok(callback),
            Err(Refusal::Page(message)) => return Err(AuthenticateError::ErrorPage { message }),
        };
        let signing_up = matches!(request.prompt, Prompt::Create);
        let unknown = || AuthenticateError::UnknownUser { email: email.to_owned() };
        if !signing_up && world.user_by_email(email).is_none() {
            return Err(unknown());
        }

        let Visit { mut step, mut cookie } = world.begin(request, Visitor::stranger(now));
        let callback = loop {
            let held = cookie.clone();
            let visitor = Visitor { cookie: held.as_deref(), ..Visitor::stranger(now) };
            let visit = match step {
                Step::Callback(callback) => break callback,
                Step::SignIn { request, .. } => world.identify(&request, email, visitor),
                Step::SignUp { request, .. } if signing_up => {
                    world.register(&request, &sign_up(email), visitor)
                }
                Step::Verify { request, .. } => world.verify(&request, TEST_CODE, visitor),
                Step::ChooseOrganization { request, options, .. } => {
                    let (first, _) = options.first().ok_or_else(unknown)?;
                    world.choose(&request, first, visitor).into()
                }
                Step::SignUp { .. } | Step::Lost => return Err(unknown()),
            };
            step = visit.step;
            cookie = visit.cookie.or(cookie);
        };
        drop(world);
        environment.calls.answered(Call {
            method: "GET".to_owned(),
            path: "/oauth/authorize".to_owned(),
            grant: None,
            status: Some(302),
        });
        Ok(callback)
    }

    /// What has been asked of the emulator so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.environment.calls.snapshot()
    }

    /// Counts from zero again.
    pub fn reset_calls(&self) {
        self.environment.calls.reset();
    }

    /// Makes endpoints fail, wait, or issue spoiled tokens.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.environment.faults))
    }

    /// Whether a refresh token that comes back after the grace period revokes its successors.
    pub fn revoke_family_on_reuse(&self, revoke: bool) {
        self.environment.world().policy.revoke_family_on_reuse = revoke;
    }

    /// Signs with a new key from now on.
    ///
    /// # Errors
    ///
    /// When no key can be generated.
    pub fn rotate_keys(&self, rotation: Rotation) -> Result<(), SigningError> {
        let key = SigningKey::generate()?;
        self.environment.change_keys(|keys| keys.rotate(key, rotation));
        Ok(())
    }

    /// All sessions, oldest first.
    #[must_use]
    pub fn sessions(&self) -> Vec<Session> {
        self.environment.world().sessions(self.environment.now())
    }

    /// Revokes a session; `false` when it did not live.
    pub fn revoke_session(&self, session_id: &str) -> bool {
        self.environment.world().end_session(session_id, SessionStatus::Revoked, self.environment.now())
    }

    /// Revokes all sessions of a person, given by address or identifier, and says how many lived.
    pub fn revoke_user_sessions(&self, user: &str) -> usize {
        let now = self.environment.now();
        let mut world = self.environment.world();
        let user_id =
            world.user_by_email(user).and_then(|user| user.id.clone()).unwrap_or_else(|| user.to_owned());
        world.revoke_user_sessions(&user_id, now).len()
    }

    /// Replaces the permissions of a person in all their organizations; tokens issued from now on have them.
    ///
    /// Returns `false` when nobody has the address.
    pub fn set_permissions<P: Into<String>>(
        &self,
        email: &str,
        permissions: impl IntoIterator<Item = P>,
    ) -> bool {
        let permissions = strings(permissions);
        self.change_memberships(email, None, |membership| {
            membership.permissions.clone_from(&permissions);
        })
    }

    /// Replaces the roles of a person in one organization or in all; tokens issued from now on have them.
    ///
    /// Returns `false` when there is no such membership.
    pub fn set_roles<R: Into<String>>(
        &self,
        email: &str,
        organization_id: Option<&str>,
        roles: impl IntoIterator<Item = R>,
    ) -> bool {
        let roles = strings(roles);
        self.change_memberships(email, organization_id, |membership| {
            membership.roles.clone_from(&roles);
        })
    }

    /// Signs arbitrary claims with the current key.
    ///
    /// # Errors
    ///
    /// When the key cannot sign.
    pub fn mint(&self, claims: &Value) -> Result<String, SigningError> {
        self.environment.signing_key().sign(claims)
    }

    /// Signs arbitrary claims under an arbitrary header; the signature is RS256 of the current key.
    ///
    /// # Errors
    ///
    /// When the key cannot sign.
    pub fn mint_with(&self, header: &Value, claims: &Value) -> Result<String, SigningError> {
        self.environment.signing_key().sign_with(header, claims)
    }

    /// The header that tokens have now, as a start for [`mint_with`](Self::mint_with).
    #[must_use]
    pub fn token_header(&self) -> Value {
        self.environment.signing_key().header()
    }

    /// Stops the server and returns when its port is free.
    ///
    /// Held requests are let go; requests in progress get a second to finish.
    pub async fn shutdown(self) {
        self.server.stop().await;
    }

    fn change_memberships(
        &self,
        email: &str,
        organization_id: Option<&str>,
        mut change: impl FnMut(&mut Membership),
    ) -> bool {
        let mut world = self.environment.world();
        let mut changed = false;
        for user in world.users.iter_mut().filter(|user| user.has_email(email)) {
            for membership in &mut user.memberships {
                if organization_id.is_none_or(|id| id == membership.organization) {
                    change(membership);
                    changed = true;
                }
            }
        }
        changed
    }
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator").field("url", &self.url()).finish_non_exhaustive()
    }
}

fn sign_up(email: &str) -> SignUp {
    let (name, domain) = email.split_once('@').unwrap_or((email, "example"));
    SignUp { email: email.to_owned(), name: name.to_owned(), organization: domain.to_owned() }
}

fn strings<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}
