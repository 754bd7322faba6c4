//! [`Scalekit`]: the session manager that applications configure. It connects the rooms and contains no rules.

pub(crate) mod config;
pub(crate) mod watch;

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{Either, select};

use crate::adapter::manager::SessionManager;
use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::clock::{Clock, Timestamp};
use crate::cookie::{Present, SetCookie};
use crate::error::Error;
use crate::instance::Instance;
use crate::pipeline::commit;
use crate::pipeline::inspect;
use crate::pipeline::resolution::{Inspection, Pending, Resolution};
use crate::pipeline::settle;
use crate::request::{Headers, RequestHead, RequestView};
use crate::routes::login;
use crate::routes::logout;
use crate::routes::refresh;
use crate::routes::refuse;
use crate::rules::policy::Policy;
use crate::rules::routes::{AuthRoute, AuthRoutes};
use crate::scalekit::config::ScalekitBuilder;
use crate::scalekit::watch::SessionWatch;
use crate::session::Session;
use crate::session::grant::Grant;

/// Login, sessions and logout with Scalekit.
///
/// Make one per process and give clones of it to all workers: it is cheap to clone, and all clones share one state.
/// [`ScalekitBuilder::build`] checks all settings and reports every problem at once:
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
pub struct Scalekit(Arc<Instance>);

impl Scalekit {
    /// A builder with the defaults only. It reads no environment variables.
    pub fn builder() -> ScalekitBuilder {
        ScalekitBuilder::empty()
    }

    /// A builder with the settings from the environment variables.
    ///
    /// These are required: `SCALEKIT_ENVIRONMENT_URL`, `SCALEKIT_CLIENT_ID`, `SCALEKIT_CLIENT_SECRET`,
    /// `SCALEKIT_REDIRECT_URI` and `SCALEKIT_COOKIE_SECRET`. The [configuration reference] lists all variables with
    /// their formats and defaults.
    ///
    /// [configuration reference]: https://github.com/scalekit-session/scalekit-session/blob/main/docs/configuration.md
    pub fn from_env() -> ScalekitBuilder {
        ScalekitBuilder::from_vars(|name| std::env::var(name).ok())
    }

    pub(crate) fn new(instance: Instance) -> Self {
        Self(Arc::new(instance))
    }

    /// Waits until the refreshes and logins that are under way have finished, but not longer than `timeout`. While it
    /// waits, no refresh begins. Returns whether all of them finished.
    ///
    /// Call it when the server has stopped taking requests. Otherwise a refresh could be cut off after Scalekit has
    /// replaced the refresh token, and that session would be lost with the process.
    pub async fn drain(&self, timeout: Duration) -> bool {
        let finished = pin!(self.0.under_way.write());
        matches!(select(finished, self.0.runtime.sleep(timeout)).await, Either::Left(_))
    }

    /// Watches a session, so that a handler of a socket or stream can stop when the session is over.
    pub fn watch(&self, session: &Session) -> SessionWatch {
        SessionWatch::new(&self.0, session)
    }

    /// This manager as adapters take it.
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
        let sealed = self.0.layout.seal_login(grant, now)?;
        self.0.layout.login_lines(&sealed, Present::default(), now)
    }

    fn inspect(&self, request: &RequestView<'_>, now: Timestamp) -> Inspection {
        inspect::inspect(&self.0, request, now)
    }

    fn allowed_origins(&self) -> &[String] {
        &self.0.config.origins
    }

    fn refresh_policy(&self) -> &Policy {
        &self.0.config.policy
    }

    fn refresh(&self, request: &RequestView<'_>, now: Timestamp) -> Option<Pending> {
        Some(settle::refresh_now(&self.0, request, now))
    }

    fn conclude(&self, resolution: &Resolution, response: &dyn Headers, now: Timestamp) -> Vec<SetCookie> {
        commit::conclude(&self.0, resolution, response, now)
    }

    fn refuse(&self, request: &RequestView<'_>, why: &Refusal, now: Timestamp) -> Reply {
        refuse::refuse(&self.0, request, why, now)
    }

    fn routes(&self) -> &AuthRoutes {
        &self.0.config.routes
    }

    async fn serve(&self, route: AuthRoute, request: RequestHead) -> Reply {
        match route {
            AuthRoute::Login => login::begin(&self.0, &request).await,
            AuthRoute::Callback => login::complete(&self.0, &request).await,
            AuthRoute::Refresh => refresh::refresh(&self.0, &request).await,
            AuthRoute::Logout => logout::logout(&self.0, &request.view(), self.0.now()),
        }
    }
}
