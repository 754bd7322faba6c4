//! [`ScalekitBuilder`]: a setter for everything, a report of everything that is wrong.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use url::Url;

use super::problem::{ConfigError, Problem};
use super::{Config, Reach, RedirectUri, env};
use crate::clock::{Clock, SystemClock};
use crate::cookie::{CookieNames, CookieSpec};
use crate::hooks::{Hooks, Login, LoginRefused};
use crate::jwt::Rules;
use crate::login::ReturnTo;
use crate::oauth::{Endpoints, OauthClient};
use crate::pages::Page;
use crate::policy::Policy;
use crate::routes::Routes;
use crate::runtime::Runtime;
use crate::scalekit::{Core, Scalekit};
use crate::seal::{Key, Keyring};
use crate::secret::ClientSecret;
use crate::transport::Transport;

/// Makes a [`Scalekit`]. Five things have to be said, or stand in the environment: the environment URL, the client id and
/// its secret, the redirect URI, and a cookie secret. Everything else has a default that is meant to be kept.
#[must_use = "a builder does nothing until `build()` is called"]
pub struct ScalekitBuilder {
    pub(super) environment_url: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<ClientSecret>,
    pub(super) redirect_uri: Option<String>,
    pub(super) cookie_secrets: Vec<String>,
    pub(super) issuers: Option<Vec<String>>,
    pub(super) audiences: Option<Vec<String>>,
    pub(super) post_logout_redirect_uri: Option<String>,
    scopes: Vec<String>,
    cookie_name: String,
    login_path: String,
    logout_path: String,
    default_return_to: String,
    allowed_origins: Vec<String>,
    policy: Policy,
    cookie_budget: usize,
    cache_bytes: usize,
    clock: Arc<dyn Clock>,
    transport: Option<Arc<dyn Transport>>,
    runtime: Option<Arc<dyn Runtime>>,
    hooks: Hooks,
}

impl ScalekitBuilder {
    pub(crate) fn empty() -> Self {
        Self {
            environment_url: None,
            client_id: None,
            client_secret: None,
            redirect_uri: None,
            cookie_secrets: Vec::new(),
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

    /// Where a login leads that did not say where it came from. Default `/`.
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

    /// How Scalekit is reached. Default: [`ReqwestTransport`](crate::transport::ReqwestTransport).
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
    /// refuse it. It goes on when the browser hangs up.
    pub fn on_login<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(Login) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), LoginRefused>> + Send + 'static,
    {
        self.hooks.on_login = Some(Arc::new(move |login| -> BoxFuture<'static, _> { Box::pin(hook(login)) }));
        self
    }

    /// Renders the pages for refusals and failed logins in place of [`render_page`](crate::render_page).
    pub fn pages(mut self, render: impl Fn(&Page) -> String + Send + Sync + 'static) -> Self {
        self.hooks.pages = Arc::new(render);
        self
    }

    /// Checks everything and makes the session manager. No request is sent.
    ///
    /// # Errors
    /// With everything that is wrong, at once.
    pub fn build(self) -> Result<Scalekit, ConfigError> {
        let mut problems = Vec::new();
        let required = |value: &Option<String>, setting, advice, problems: &mut Vec<Problem>| {
            let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
            if value.is_none() {
                problems.push(Problem::Missing { setting, advice });
            }
            value.map(str::to_owned)
        };
        let url = required(
            &self.environment_url,
            "SCALEKIT_ENVIRONMENT_URL",
            "copy it from the Scalekit dashboard, API credentials",
            &mut problems,
        );
        let client_id = required(
            &self.client_id,
            "SCALEKIT_CLIENT_ID",
            "copy it from the Scalekit dashboard, API credentials",
            &mut problems,
        );
        let redirect_uri = required(
            &self.redirect_uri,
            "SCALEKIT_REDIRECT_URI",
            "the URL of your callback route, registered in the Scalekit dashboard",
            &mut problems,
        );
        if self.client_secret.as_ref().is_none_or(|secret| secret.secret().trim().is_empty()) {
            problems.push(Problem::Missing {
                setting: "SCALEKIT_CLIENT_SECRET",
                advice: "create one in the Scalekit dashboard, API credentials",
            });
        }
        let endpoints = url.and_then(|url| {
            Endpoints::parse(&url).map_err(|error| problems.push(Problem::EnvironmentUrl(error))).ok()
        });
        let redirect = redirect_uri.and_then(|uri| {
            RedirectUri::parse(&uri).map_err(|error| problems.push(Problem::RedirectUri(error))).ok()
        });
        let keys = self.parse_secrets(&mut problems);
        self.check(redirect.as_ref(), &mut problems);
        let transport = self.find_transport(&mut problems);
        let runtime = self.runtime.clone().or_else(current_runtime);
        if runtime.is_none() {
            problems.push(Problem::Runtime);
        }

        let (
            Some(endpoints),
            Some(client_id),
            Some(redirect),
            Some(transport),
            Some(runtime),
            Some(secret),
            [],
        ) = (endpoints, client_id, redirect, transport, runtime, self.client_secret, problems.as_slice())
        else {
            return Err(ConfigError::new(problems));
        };
        let keyring = match Keyring::new(keys, endpoints.environment_url(), &client_id) {
            Ok(keyring) => keyring,
            Err(error) => {
                return Err(ConfigError::new(vec![Problem::CookieSecrets(format!(
                    "cannot be used: {error}"
                ))]));
            }
        };
        let default_return_to = match ReturnTo::parse(&self.default_return_to) {
            Ok(path) => path,
            Err(_) => {
                return Err(ConfigError::new(vec![Problem::Path {
                    route: "default return",
                    path: self.default_return_to,
                    reason: "is not a path of this origin",
                }]));
            }
        };

        let base = base_name(&self.cookie_name, &redirect, endpoints.environment_url(), &client_id);
        let issuers = self.issuers.unwrap_or_else(|| vec![endpoints.environment_url().to_owned()]);
        let audiences = self.audiences.unwrap_or_else(|| vec![client_id.clone()]);
        let Ok(rules) = Rules::new(issuers.clone(), audiences, client_id.clone(), self.policy.leeway) else {
            return Err(ConfigError::new(vec![Problem::Blank {
                setting: "SCALEKIT_ISSUER or SCALEKIT_AUDIENCE",
            }]));
        };
        let secure = redirect.reach == Reach::Anybody;
        if !secure {
            tracing::warn!(origin = %redirect.origin, "sessions over plain http: for development on this machine only");
        }
        let mut origins = vec![redirect.origin.clone()];
        origins.extend(self.allowed_origins);
        let config = Config {
            routes: Routes {
                login: self.login_path,
                callback: redirect.path.clone(),
                logout: self.logout_path,
            },
            redirect,
            issuers,
            scopes: self.scopes,
            post_logout_redirect_uri: self.post_logout_redirect_uri,
            origins,
            default_return_to,
            policy: self.policy,
            budget: self.cookie_budget,
        };
        let client = OauthClient { id: client_id, secret: Some(secret) };
        let cookies = (CookieNames::new(base), CookieSpec::new(secure));
        Ok(Scalekit::new(Core::new(
            config,
            endpoints,
            client,
            keyring,
            cookies,
            rules,
            transport,
            runtime,
            self.clock,
            self.hooks,
            self.cache_bytes,
        )))
    }

    fn parse_secrets(&self, problems: &mut Vec<Problem>) -> Vec<Key> {
        if self.cookie_secrets.is_empty() {
            problems.push(Problem::Missing {
                setting: "SCALEKIT_COOKIE_SECRET",
                advice: "make one with `openssl rand -base64 32`",
            });
        }
        let parsed = self.cookie_secrets.iter().enumerate().filter_map(|(index, text)| {
            Key::parse(text)
                .map_err(|source| problems.push(Problem::CookieSecret { number: index + 1, source }))
                .ok()
        });
        parsed.collect()
    }

    fn find_transport(&self, problems: &mut Vec<Problem>) -> Option<Arc<dyn Transport>> {
        if let Some(transport) = &self.transport {
            return Some(Arc::clone(transport));
        }
        #[cfg(feature = "reqwest")]
        match crate::transport::ReqwestTransport::new() {
            Ok(transport) => return Some(Arc::new(transport)),
            Err(error) => problems.push(Problem::Transport(error)),
        }
        #[cfg(not(feature = "reqwest"))]
        problems.push(Problem::NoTransport);
        None
    }

    /// What needs no other setting to be right.
    fn check(&self, redirect: Option<&RedirectUri>, problems: &mut Vec<Problem>) {
        for (setting, list) in [("SCALEKIT_ISSUER", &self.issuers), ("SCALEKIT_AUDIENCE", &self.audiences)] {
            if list
                .as_ref()
                .is_some_and(|list| list.is_empty() || list.iter().any(|entry| entry.trim().is_empty()))
            {
                problems.push(Problem::Blank { setting });
            }
        }
        if self.post_logout_redirect_uri.as_ref().is_some_and(|uri| !is_web_url(uri)) {
            problems.push(Problem::PostLogoutRedirectUri);
        }
        let name = &self.cookie_name;
        if name.is_empty()
            || name.len() > 40
            || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            problems.push(Problem::CookieName(name.clone()));
        }
        let callback = redirect.map(|redirect| redirect.path.as_str()).unwrap_or_default();
        for (route, path, others) in [
            ("login", &self.login_path, [&self.logout_path, callback]),
            ("logout", &self.logout_path, [&self.login_path, callback]),
        ] {
            if !path.starts_with('/')
                || ReturnTo::parse(path).is_err()
                || path.contains(['?', '#', '{', '}', '*', '<', '>'])
            {
                problems.push(Problem::Path {
                    route,
                    path: path.clone(),
                    reason: "is not a plain path; write one like `/auth/login`",
                });
            } else if others.contains(&path.as_str()) {
                problems.push(Problem::Path {
                    route,
                    path: path.clone(),
                    reason: "is the path of another route as well",
                });
            }
        }
        for origin in &self.allowed_origins {
            let normal = Url::parse(origin)
                .is_ok_and(|url| url.origin().is_tuple() && url.origin().ascii_serialization() == *origin);
            if !normal {
                problems.push(Problem::Origin(origin.clone()));
            }
        }
        let days = |days: u64| Duration::from_secs(days * 24 * 3600);
        let policy = &self.policy;
        for (setting, fits, range) in [
            (
                "absolute_limit",
                (Duration::from_secs(60)..=days(400)).contains(&policy.absolute_limit),
                "1 minute to 400 days",
            ),
            (
                "idle_limit",
                (Duration::from_secs(60)..=days(400)).contains(&policy.idle_limit),
                "1 minute to 400 days",
            ),
            ("leeway", policy.leeway <= Duration::from_secs(300), "0 to 300 s"),
            (
                "retention",
                (Duration::from_secs(30)..=Duration::from_secs(900)).contains(&policy.retention),
                "30 to 900 s",
            ),
            ("cookie_budget", (2048..=32 * 1024).contains(&self.cookie_budget), "2048 to 32768 bytes"),
        ] {
            if !fits {
                problems.push(Problem::Range { setting, range });
            }
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            problems.push(Problem::Scope("openid"));
        }
    }
}

/// `__Host-` where the browser honours it. On loopback all ports share one cookie jar, so the name tells applications
/// apart.
fn base_name(name: &str, redirect: &RedirectUri, issuer: &str, client_id: &str) -> String {
    match redirect.reach {
        Reach::Anybody => format!("__Host-{name}"),
        Reach::Loopback => {
            let hash: [u8; 32] = Sha256::digest(format!("{issuer}\n{client_id}\n{}", redirect.port)).into();
            let [a, b, c, d, ..] = hash;
            format!("{name}-{a:02x}{b:02x}{c:02x}{d:02x}")
        }
    }
}

/// The runtime that `build()` is called on.
fn current_runtime() -> Option<Arc<dyn Runtime>> {
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = crate::runtime::TokioRuntime::current() {
        return Some(Arc::new(runtime));
    }
    None
}

fn is_web_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
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
