//! [`Scalekit`]: the session manager backed by Scalekit. It wires the parts together and contains no rules.

use std::fmt;
use std::sync::Arc;

use async_lock::Semaphore;
use async_trait::async_trait;

use crate::clock::{Clock, Timestamp};
use crate::commit;
use crate::config::{Config, ScalekitBuilder};
use crate::cookie::{CookieNames, CookieSpec, SetCookie};
use crate::ended::EndedSessions;
use crate::error::Error;
use crate::grant::Grant;
use crate::hooks::Hooks;
use crate::inspect;
use crate::jwt::Rules;
use crate::keys::Keys;
use crate::login::{self, Logins};
use crate::logout;
use crate::manager::{Inspection, Pending, Resolution, SessionManager};
use crate::oauth::{Endpoints, OauthClient};
use crate::opened::OpenedSessions;
use crate::policy::Policy;
use crate::refresh::RefreshTable;
use crate::refusal::{self, Refusal};
use crate::reply::{HeaderEdits, Reply};
use crate::request::{Headers, RequestHead, RequestView};
use crate::routes::{Route, Routes};
use crate::runtime::Runtime;
use crate::seal::Keyring;
use crate::sealing;
use crate::settle;
use crate::transport::Transport;

/// Calls to the token endpoint under way at once; the others wait in line (R10).
const CALLS_AT_ONCE: usize = 64;

/// Login, sessions and logout with Scalekit. Cheap to clone; all clones share one state, so make one per process and
/// share it between workers.
///
/// ```
/// # #[cfg(feature = "reqwest")]
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use scalekit_session::Scalekit;
///
/// let error = Scalekit::builder()
///     .environment_url("https://acme.scalekit.dev")
///     .client_id("skc_1")
///     .redirect_uri("http://app.example.com/auth/callback")
///     .cookie_secret("too short")
///     .build()
///     .unwrap_err();
///
/// assert_eq!(error.problems().len(), 3, "the client secret, the redirect URI and the cookie secret: {error}");
/// # }
/// # #[cfg(not(feature = "reqwest"))] fn main() {}
/// ```
#[derive(Clone)]
pub struct Scalekit(Arc<Core>);

/// Everything one instance consists of. Configuration never changes; the rest is caches and registries.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) endpoints: Endpoints,
    pub(crate) client: OauthClient,
    pub(crate) keyring: Keyring,
    pub(crate) names: CookieNames,
    pub(crate) spec: CookieSpec,
    pub(crate) rules: Rules,
    pub(crate) keys: Keys,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) hooks: Hooks,
    pub(crate) opened: OpenedSessions,
    pub(crate) ended: EndedSessions,
    pub(crate) refreshes: RefreshTable,
    pub(crate) logins: Logins,
    pub(crate) calls: Semaphore,
}

impl Core {
    #[expect(clippy::too_many_arguments, reason = "called once, by the builder, with every part")]
    pub(crate) fn new(
        config: Config,
        endpoints: Endpoints,
        client: OauthClient,
        keyring: Keyring,
        (names, spec): (CookieNames, CookieSpec),
        rules: Rules,
        transport: Arc<dyn Transport>,
        runtime: Arc<dyn Runtime>,
        clock: Arc<dyn Clock>,
        hooks: Hooks,
        cache_bytes: usize,
    ) -> Self {
        let keys = Keys::new(
            endpoints.keys.clone(),
            Arc::clone(&transport),
            Arc::clone(&runtime),
            Arc::clone(&clock),
        );
        Self {
            config,
            endpoints,
            client,
            keyring,
            names,
            spec,
            rules,
            keys,
            transport,
            runtime,
            clock,
            hooks,
            opened: OpenedSessions::new(cache_bytes),
            ended: EndedSessions::default(),
            refreshes: RefreshTable::default(),
            logins: Logins::default(),
            calls: Semaphore::new(CALLS_AT_ONCE),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl Scalekit {
    /// Starts from nothing but defaults.
    pub fn builder() -> ScalekitBuilder {
        ScalekitBuilder::empty()
    }

    /// Starts from the environment's variables: `SCALEKIT_ENVIRONMENT_URL` (or `SCALEKIT_ENV_URL`), `SCALEKIT_CLIENT_ID`,
    /// `SCALEKIT_CLIENT_SECRET`, `SCALEKIT_REDIRECT_URI`, `SCALEKIT_COOKIE_SECRET` (or `COOKIE_ENCRYPTION_SECRET`; several,
    /// separated by commas: the first seals, all open), and optionally `SCALEKIT_ISSUER` and `SCALEKIT_AUDIENCE` (lists) and
    /// `SCALEKIT_POST_LOGOUT_REDIRECT_URI`.
    pub fn from_env() -> ScalekitBuilder {
        ScalekitBuilder::from_vars(|name| std::env::var(name).ok())
    }

    pub(crate) fn new(core: Core) -> Self {
        Self(Arc::new(core))
    }

    /// The manager as adapters hold it.
    #[must_use]
    pub fn manager(&self) -> Arc<dyn SessionManager> {
        Arc::new(self.clone())
    }
}

impl fmt::Debug for Scalekit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scalekit")
            .field("environment_url", &self.0.endpoints.environment_url())
            .field("origin", &self.0.config.redirect.origin)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl SessionManager for Scalekit {
    fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    fn seal(&self, grant: &Grant, now: Timestamp) -> Result<Vec<SetCookie>, Error> {
        sealing::login(&self.0, grant, [0; 8], now).and_then(|sealed| sealed.login_cookies(&self.0, now))
    }

    fn inspect(&self, request: &RequestView<'_>, now: Timestamp) -> Inspection {
        inspect::inspect(&self.0, request, now)
    }

    fn refresh_policy(&self) -> &Policy {
        &self.0.config.policy
    }

    fn refresh(&self, request: &RequestView<'_>, now: Timestamp) -> Pending {
        settle::refresh_now(&self.0, request, now)
    }

    fn conclude(&self, resolution: &Resolution, response: &dyn Headers, _now: Timestamp) -> HeaderEdits {
        commit::conclude(&self.0, resolution, response)
    }

    fn refuse(&self, request: &RequestView<'_>, why: &Refusal, now: Timestamp) -> Reply {
        refusal::refuse(&self.0, request, why, now)
    }

    fn routes(&self) -> &Routes {
        &self.0.config.routes
    }

    async fn serve(&self, route: Route, request: RequestHead) -> Reply {
        match route {
            Route::Login => login::begin(&self.0, &request).await,
            Route::Callback => login::complete(&self.0, &request).await,
            Route::Logout => logout::logout(&self.0, &request.view(), self.0.now()),
        }
    }
}
