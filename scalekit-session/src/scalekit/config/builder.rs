//! [`ScalekitBuilder`]: a setter for everything, a report of everything that is wrong.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::env;
use super::problem::ConfigProblem;
use super::sdk_cookie::SdkCookie;
use super::split::SplitCookies;
use crate::answer::pages::Page;
use crate::clock::{Clock, SystemClock};
use crate::rules::policy::Policy;
use crate::secret::ClientSecret;
use crate::session::hooks::{Hooks, Login, LoginRefused};
use crate::upstream::runtime::Runtime;
use crate::upstream::transport::Transport;
use futures_util::future::BoxFuture;

/// Makes a [`Scalekit`](crate::Scalekit). Five things have to be said, or stand in the environment: the environment URL, the client id and
/// its secret, the redirect URI, and a cookie secret. Everything else has a default that is meant to be kept.
#[must_use = "a builder does nothing until `build()` is called"]
pub struct ScalekitBuilder {
    pub(super) environment_url: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<ClientSecret>,
    pub(super) redirect_uri: Option<String>,
    pub(super) cookie_secrets: Vec<String>,
    pub(super) official: Option<SdkCookie>,
    pub(super) split: Option<SplitCookies>,
    /// What was wrong with variables of the environment that no setter can be given.
    pub(super) unreadable: Vec<ConfigProblem>,
    pub(super) issuers: Option<Vec<String>>,
    pub(super) audiences: Option<Vec<String>>,
    pub(super) post_logout_redirect_uri: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) cookie_name: String,
    pub(super) login_path: String,
    pub(super) logout_path: String,
    pub(super) default_return_to: String,
    pub(super) allowed_origins: Vec<String>,
    pub(super) policy: Policy,
    pub(super) cookie_budget: usize,
    pub(super) set_cookie_limit: usize,
    pub(super) cache_bytes: usize,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) transport: Option<Arc<dyn Transport>>,
    pub(super) runtime: Option<Arc<dyn Runtime>>,
    pub(super) hooks: Hooks,
}

impl ScalekitBuilder {
    pub(crate) fn empty() -> Self {
        Self {
            environment_url: None,
            client_id: None,
            client_secret: None,
            redirect_uri: None,
            cookie_secrets: Vec::new(),
            official: None,
            split: None,
            unreadable: Vec::new(),
            issuers: None,
            audiences: None,
            post_logout_redirect_uri: None,
            scopes: ["openid", "profile", "email", "offline_access"].map(str::to_owned).to_vec(),
            cookie_name: "scalekit".to_owned(),
            login_path: "/auth/login".to_owned(),
            logout_path: "/auth/logout".to_owned(),
            default_return_to: "/".to_owned(),
            allowed_origins: Vec::new(),
            policy: Policy::default(),
            cookie_budget: 8192 - 512,
            set_cookie_limit: 4096,
            cache_bytes: 64 * 1024 * 1024,
            clock: Arc::new(SystemClock),
            transport: None,
            runtime: None,
            hooks: Hooks::default(),
        }
    }

    /// Reads the settings from variables that `var` looks up by name, as
    /// [`Scalekit::from_env`](crate::Scalekit::from_env) does from the environment.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Self {
        env::read(var)
    }

    /// The environment URL, `https://acme.scalekit.com`: the issuer of tokens and the base of every endpoint.
    pub fn environment_url(mut self, url: impl Into<String>) -> Self {
        self.environment_url = Some(url.into());
        self
    }

    /// The client id (`skc_…`).
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// The client secret.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = Some(ClientSecret::new(secret));
        self
    }

    /// Where Scalekit sends the browser after login, as registered there. Its scheme decides how cookies are
    /// protected, its path where the callback is mounted.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Adds a cookie secret: 32 random bytes or more, in base64 or hex. The first one seals, all open. To rotate:
    /// append the new one everywhere, then move it to the front everywhere, then drop the old one (R36).
    pub fn cookie_secret(mut self, secret: impl Into<String>) -> Self {
        self.cookie_secrets.push(secret.into());
        self
    }

    /// Shares the session with applications of Scalekit's official packages behind the same origin. Default: not.
    pub fn sdk_cookie(mut self, cookie: SdkCookie) -> Self {
        self.official = Some(cookie);
        self
    }

    /// Keeps access, refresh and ID token in a cookie each, with a path of its own. Default: one cookie for all.
    pub fn split_cookies(mut self, cookies: SplitCookies) -> Self {
        self.split = Some(cookies);
        self
    }

    /// Accepted issuers (`iss`). Default: the environment URL.
    pub fn issuers(mut self, issuers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.issuers = Some(issuers.into_iter().map(Into::into).collect());
        self
    }

    /// Accepted audiences (`aud`) of access tokens; one of them has to match. Default: the client id.
    pub fn audiences(mut self, audiences: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audiences = Some(audiences.into_iter().map(Into::into).collect());
        self
    }

    /// Where Scalekit sends the browser after logout, as registered there. Without it the browser stays at Scalekit.
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.post_logout_redirect_uri = Some(uri.into());
        self
    }

    /// The scopes asked for. Default `openid profile email offline_access`; without the last one a session ends with
    /// its first access token.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// The name of the session cookie without its prefix. Default `scalekit`.
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.cookie_name = name.into();
        self
    }

    /// Where the login route is mounted. Default `/auth/login`.
    pub fn login_path(mut self, path: impl Into<String>) -> Self {
        self.login_path = path.into();
        self
    }

    /// Where the logout route is mounted. Default `/auth/logout`.
    pub fn logout_path(mut self, path: impl Into<String>) -> Self {
        self.logout_path = path.into();
        self
    }

    /// Where a login leads that did not say where it came from: none of the login's own routes. Default `/`.
    pub fn default_return_to(mut self, path: impl Into<String>) -> Self {
        self.default_return_to = path.into();
        self
    }

    /// Further origins whose pages may send requests with effects (R51). The redirect URI's own is always allowed.
    pub fn allowed_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_origins = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Ends sessions this long after login. Default 30 days, at most 400.
    pub fn absolute_limit(mut self, limit: Duration) -> Self {
        self.policy.absolute_limit = limit;
        self
    }

    /// Ends sessions this long after their last refresh. Default 7 days.
    pub fn idle_limit(mut self, limit: Duration) -> Self {
        self.policy.idle_limit = limit;
        self
    }

    /// How far clocks may differ. Default 60 s, at most 300 s.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.policy.leeway = leeway;
        self
    }

    /// How long the successor of a refresh token is kept for requests that still come with the old one. Default 60 s,
    /// at least 30 s.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.policy.retention = retention;
        self
    }

    /// The most that the cookies of one session may add to a request, in bytes. Default 7680; the proxy in front must
    /// take as much.
    pub fn cookie_budget(mut self, bytes: usize) -> Self {
        self.cookie_budget = bytes;
        self
    }

    /// The most that one `Set-Cookie` line may hold, attributes included, in bytes (R14). Default and most: 4096. Set it
    /// lower for a proxy that takes less.
    pub fn set_cookie_limit(mut self, bytes: usize) -> Self {
        self.set_cookie_limit = bytes;
        self
    }

    /// Memory for opened sessions, in bytes. Default 64 MiB.
    pub fn opened_session_cache(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// The clock. Default: the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How Scalekit is reached. Default: [`ReqwestTransport`](crate::upstream::transport::ReqwestTransport).
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// What background work runs on. Default: the tokio runtime in which `build()` is called.
    pub fn runtime(mut self, runtime: impl Runtime) -> Self {
        self.runtime = Some(Arc::new(runtime));
        self
    }

    /// Called once per login, after its tokens are verified and before its session exists: provision the user, or
    /// refuse it. It goes on when the browser hangs up. A session need not follow: a login that another site began, and
    /// that would change who is signed in, is confirmed first, and that is another login.
    pub fn on_login<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(Login) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), LoginRefused>> + Send + 'static,
    {
        self.hooks.on_login = Some(Arc::new(move |login| -> BoxFuture<'static, _> { Box::pin(hook(login)) }));
        self
    }

    /// Renders the pages for refusals and failed logins in place of [`render_page`](crate::pages::render_page).
    pub fn pages(mut self, render: impl Fn(&Page) -> String + Send + Sync + 'static) -> Self {
        self.hooks.pages = Arc::new(render);
        self
    }
}

impl fmt::Debug for ScalekitBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScalekitBuilder")
            .field("environment_url", &self.environment_url)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}
