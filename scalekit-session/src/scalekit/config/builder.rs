//! [`ScalekitBuilder`]: a setter for everything, a report of everything that is wrong.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

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

/// Makes a [`Scalekit`](crate::Scalekit). Five settings are required, by setter or by environment variable: the environment
/// URL, the client id, the client secret, the redirect URI and a cookie secret. Every other setting has a default that suits
/// most applications.
///
/// A setter replaces what a variable said; only [`cookie_secret`](Self::cookie_secret) adds to it. The
/// [configuration reference](https://github.com/scalekit-session/scalekit-session/blob/main/docs/configuration.md) has every
/// setting with its default, its range, and when to change it.
#[must_use = "a builder does nothing until `build()` is called"]
pub struct ScalekitBuilder {
    pub(super) environment_url: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<ClientSecret>,
    pub(super) redirect_uri: Option<String>,
    pub(super) cookie_secrets: Vec<Zeroizing<String>>,
    pub(super) sdk_cookie: Option<SdkCookie>,
    pub(super) split: Option<SplitCookies>,
    /// Problems of variables whose value stands for no setting.
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
            sdk_cookie: None,
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

    /// Reads the settings from variables that `var` looks up by name.
    /// [`Scalekit::from_env`](crate::Scalekit::from_env) reads them from the environment.
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

    /// The client secret, as text or as a [`ClientSecret`].
    pub fn client_secret(mut self, secret: impl Into<ClientSecret>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Where Scalekit sends the browser after login, as registered there: `https`, or `http` on this machine. The scheme
    /// decides how cookies are protected, and the path is where the callback route is mounted.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Adds a cookie secret: 32 random bytes or more, in base64 or hex. The first secret seals, all secrets open. To rotate:
    /// append the new secret on every instance, then move it to the front on every instance, then drop the old one.
    // R36
    pub fn cookie_secret(mut self, secret: impl Into<String>) -> Self {
        self.cookie_secrets.push(Zeroizing::new(secret.into()));
        self
    }

    /// Shares the session with applications of Scalekit's official packages behind the same origin. Default: not shared.
    pub fn sdk_cookie(mut self, cookie: SdkCookie) -> Self {
        self.sdk_cookie = Some(cookie);
        self
    }

    /// Keeps the access token, the refresh token and the ID token in separate cookies, each with a path of its own. Default:
    /// one cookie for all.
    pub fn split_cookies(mut self, cookies: SplitCookies) -> Self {
        self.split = Some(cookies);
        self
    }

    /// Accepted issuers (`iss`). Default: the environment URL.
    pub fn issuers(mut self, issuers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.issuers = Some(issuers.into_iter().map(Into::into).collect());
        self
    }

    /// Accepted audiences (`aud`) of access tokens; a token needs one of them. Default: the client id.
    pub fn audiences(mut self, audiences: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audiences = Some(audiences.into_iter().map(Into::into).collect());
        self
    }

    /// Where Scalekit sends the browser after logout, as registered there. Without it the browser stays at Scalekit.
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.post_logout_redirect_uri = Some(uri.into());
        self
    }

    /// The scopes asked for. Default `openid`, `profile`, `email` and `offline_access`; `openid` is required. Without
    /// `offline_access` a session ends with its first access token.
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

    /// Where the browser goes after a login that names no page to return to. A path of this origin, and not one of the login's
    /// own routes. Default `/`.
    pub fn default_return_to(mut self, path: impl Into<String>) -> Self {
        self.default_return_to = path.into();
        self
    }

    /// Further origins whose pages may send requests with effects, such as a `POST`, with the session's cookies. The redirect
    /// URI's own origin is always allowed. Default: no further origin.
    // R51
    pub fn allowed_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_origins = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Ends sessions this long after login. Default 30 days; 1 minute to 400 days.
    pub fn absolute_limit(mut self, limit: Duration) -> Self {
        self.policy.absolute_limit = limit;
        self
    }

    /// Ends sessions this long after their last refresh. Default 7 days; 1 minute to 400 days.
    pub fn idle_limit(mut self, limit: Duration) -> Self {
        self.policy.idle_limit = limit;
        self
    }

    /// How far the clocks of this machine and of Scalekit may differ. Default 60 s, at most 300 s.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.policy.leeway = leeway;
        self
    }

    /// How long the new tokens of a refresh are kept for requests that still bring the old cookie. Default 60 s; 30 to 900 s.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.policy.retention = retention;
        self
    }

    /// The most that the cookies of one session may add to a request, in bytes. Default 7680; 2048 to 32768. The proxy in front
    /// has to accept as much.
    pub fn cookie_budget(mut self, bytes: usize) -> Self {
        self.cookie_budget = bytes;
        self
    }

    /// The most that one `Set-Cookie` line may hold, attributes included, in bytes. Default 4096; 1024 to 4096. Set it lower for
    /// a proxy that accepts less.
    // R14
    pub fn set_cookie_limit(mut self, bytes: usize) -> Self {
        self.set_cookie_limit = bytes;
        self
    }

    /// Memory for sessions that were opened and verified, in bytes. Default 64 MiB.
    pub fn opened_session_cache(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// The clock. Default: [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How Scalekit is reached. Default: `ReqwestTransport`, with the feature `reqwest`.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// What background work runs on. Default: the tokio runtime in which `build()` is called, with the feature `tokio`.
    pub fn runtime(mut self, runtime: impl Runtime) -> Self {
        self.runtime = Some(Arc::new(runtime));
        self
    }

    /// Called once for each login, after its tokens are verified and before its session exists: provision the user, or
    /// refuse the login. The call runs to its end when the browser hangs up. A session does not always follow: where another
    /// site began the login and the user would change, the user has to confirm, and confirming begins another login.
    pub fn on_login<R>(mut self, hook: impl Fn(Login) -> R + Send + Sync + 'static) -> Self
    where
        R: Future<Output = Result<(), LoginRefused>> + Send + 'static,
    {
        self.hooks.on_login = Some(Arc::new(move |login| -> BoxFuture<'static, _> { Box::pin(hook(login)) }));
        self
    }

    /// Renders the pages for refusals and failed logins. Default: [`render_page`](crate::pages::render_page).
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
