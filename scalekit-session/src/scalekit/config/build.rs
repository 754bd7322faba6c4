//! Building: everything that is wrong is reported at once.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::builder::ScalekitBuilder;
use super::check::check;
use super::problem::{ConfigError, ConfigProblem, DASHBOARD};
use super::sdk_cookie::SdkCookie;
use super::split;
use crate::cookie::{CookieNames, CookieSpec};
use crate::event::Event;
use crate::instance::{Config, Instance};
use crate::layout::{Kind, Layout};
use crate::loopback::Reach;
use crate::rules::redirect_uri::RedirectUri;
use crate::rules::return_to::ReturnTo;
use crate::rules::routes::AuthRoutes;
use crate::scalekit::Scalekit;
use crate::sdk_cookie::SdkKey;
use crate::seal::{Key, Keyring};
use crate::secret::ClientSecret;
use crate::token::jwt::Rules;
use crate::upstream::oauth::{Endpoints, OauthClient};
use crate::upstream::runtime::Runtime;
use crate::upstream::transport::Transport;

/// What the settings are made into before they are put together.
struct Parts {
    endpoints: Endpoints,
    client: OauthClient,
    redirect: RedirectUri,
    keyring: Keyring,
    /// The names of our own cookies, without those of a split session.
    names: CookieNames,
    /// What cookie names end with on loopback.
    suffix: Option<String>,
    sdk_key: Option<SdkKey>,
    transport: Arc<dyn Transport>,
    runtime: Arc<dyn Runtime>,
}

impl ScalekitBuilder {
    /// Checks every setting and makes the session manager. Sends no request.
    ///
    /// # Errors
    /// When a setting is missing or cannot be used. The error has every problem, not just the first one; a setting with one
    /// mistake is one problem.
    pub fn build(mut self) -> Result<Scalekit, ConfigError> {
        let mut problems = std::mem::take(&mut self.unreadable);
        match self.parts(&mut problems) {
            Some(parts) if problems.is_empty() => self.assemble(parts),
            _ => Err(ConfigError::new(problems)),
        }
    }

    /// Checks every setting. `None` when one is missing without which there are no parts.
    fn parts(&self, problems: &mut Vec<ConfigProblem>) -> Option<Parts> {
        let url = required(self.environment_url.as_deref(), "SCALEKIT_ENVIRONMENT_URL", DASHBOARD, problems);
        let client_id = required(self.client_id.as_deref(), "SCALEKIT_CLIENT_ID", DASHBOARD, problems);
        let client_secret = self.client_secret.as_ref().map(ClientSecret::secret);
        required(client_secret, "SCALEKIT_CLIENT_SECRET", DASHBOARD, problems);
        let callback = "the URL of your callback route, registered in the Scalekit dashboard";
        let uri = required(self.redirect_uri.as_deref(), "SCALEKIT_REDIRECT_URI", callback, problems);
        let endpoints = url.and_then(|url| {
            Endpoints::parse(url).map_err(|error| problems.push(ConfigProblem::EnvironmentUrl(error))).ok()
        });
        let redirect = uri.and_then(|uri| {
            RedirectUri::parse(uri).map_err(|error| problems.push(ConfigProblem::RedirectUri(error))).ok()
        });
        check(self, redirect.as_ref(), problems);

        // Keys and names are made of these two. Where one is missing they are made all the same and not used, so that the
        // report has every problem.
        let environment = endpoints.as_ref().map_or("", Endpoints::environment_url);
        let client = client_id.unwrap_or_default();
        let (secrets, keys): (Vec<_>, Vec<_>) = self.usable_secrets(problems).into_iter().unzip();
        let keyring = make_keyring(keys, environment, client, problems);
        let suffix = redirect.as_ref().and_then(|redirect| suffix(redirect, environment, client));
        let names = CookieNames::new(base_name(&self.cookie_name, suffix.as_deref()));
        let sdk_cookie = self.sdk_cookie.as_ref();
        let sdk_key = sdk_cookie.and_then(|cookie| cookie.check(&names, &secrets, problems));

        let transport = self.find_transport(problems);
        let runtime = self.runtime.clone().or_else(current_runtime);
        if runtime.is_none() {
            problems.push(ConfigProblem::Runtime);
        }
        Some(Parts {
            endpoints: endpoints?,
            client: OauthClient { id: client_id?.to_owned(), secret: self.client_secret.clone() },
            redirect: redirect?,
            keyring: keyring?,
            names,
            suffix,
            sdk_key,
            transport: transport?,
            runtime: runtime?,
        })
    }

    /// Makes the session manager of settings that were checked.
    fn assemble(self, parts: Parts) -> Result<Scalekit, ConfigError> {
        let Parts { endpoints, client, redirect, keyring, names, suffix, sdk_key, transport, runtime } =
            parts;
        let issuers = self.issuers.unwrap_or_else(|| vec![endpoints.environment_url().to_owned()]);
        let audiences = self.audiences.unwrap_or_else(|| vec![client.id.clone()]);
        let rules = Rules::new(issuers.clone(), audiences, client.id.clone(), self.policy.leeway)
            .map_err(|error| ConfigError::new(vec![error.into()]))?;
        let kind = match (sdk_key, self.sdk_cookie.as_ref().and_then(SdkCookie::written)) {
            _ if self.split.is_some() => Kind::Split,
            (Some(key), Some(language)) => Kind::Shared { key, language },
            (sdk, _) => Kind::OneCookie { sdk },
        };
        let secure = redirect.reach == Reach::Public;
        let mut origins = vec![redirect.origin.clone()];
        origins.extend(self.allowed_origins);
        let routes = AuthRoutes {
            login: self.login_path,
            callback: redirect.path.clone(),
            logout: self.logout_path,
            refresh: self.split.as_ref().map(|split| split.refresh_path.clone()),
        };
        let split = self.split.as_ref().map(|split| split::names(split, &routes, suffix.as_deref()));
        let config = Config {
            routes,
            redirect,
            issuers,
            scopes: self.scopes,
            post_logout_redirect_uri: self.post_logout_redirect_uri,
            origins,
            default_return_to: ReturnTo::parse(&self.default_return_to).unwrap_or_default(),
            policy: self.policy,
        };
        let layout = Layout {
            kind,
            names: names.with_sdk(self.sdk_cookie.map(|cookie| cookie.name)).with_split(split),
            spec: CookieSpec::new(secure).with_line_limit(self.set_cookie_limit),
            keyring,
            rules: Arc::new(rules),
            policy: self.policy,
            budget: self.cookie_budget,
            issuer: endpoints.environment_url().to_owned(),
            client_id: client.id.clone(),
        };
        let instance = Instance::new(
            config,
            endpoints,
            client,
            layout,
            transport,
            runtime,
            self.clock,
            self.hooks,
            self.cache_bytes,
        );
        if !secure {
            instance.emit(Event::PlainHttp { origin: &instance.config.redirect.origin });
        }
        Ok(Scalekit::new(instance))
    }

    /// The cookie secrets that can be used, each as it was given and as a key.
    fn usable_secrets(&self, problems: &mut Vec<ConfigProblem>) -> Vec<(&str, Key)> {
        if self.cookie_secrets.is_empty() {
            problems.push(ConfigProblem::Missing {
                setting: "SCALEKIT_COOKIE_SECRET",
                advice: "make one with `openssl rand -base64 32`",
            });
        }
        let usable =
            self.cookie_secrets.iter().zip(1..).filter_map(|(text, number)| match Key::parse(text) {
                Ok(key) => Some((text.as_str(), key)),
                Err(source) => {
                    problems.push(ConfigProblem::CookieSecret { number, source });
                    None
                }
            });
        usable.collect()
    }

    fn find_transport(&self, problems: &mut Vec<ConfigProblem>) -> Option<Arc<dyn Transport>> {
        if let Some(transport) = &self.transport {
            return Some(Arc::clone(transport));
        }
        #[cfg(feature = "reqwest")]
        match crate::upstream::transport::ReqwestTransport::new() {
            Ok(transport) => return Some(Arc::new(transport)),
            Err(error) => problems.push(ConfigProblem::Transport(error)),
        }
        #[cfg(not(feature = "reqwest"))]
        problems.push(ConfigProblem::NoTransport);
        None
    }
}

/// The keyring of these keys. Where there is no key, the reason was reported when the secrets were read.
fn make_keyring(
    keys: Vec<Key>,
    environment_url: &str,
    client_id: &str,
    problems: &mut Vec<ConfigProblem>,
) -> Option<Keyring> {
    if keys.is_empty() {
        return None;
    }
    Keyring::new(keys, environment_url, client_id)
        .map_err(|error| problems.push(ConfigProblem::CookieSecrets(error)))
        .ok()
}

/// A required setting, without white space around it. A blank one is missing.
fn required<'a>(
    value: Option<&'a str>,
    setting: &'static str,
    advice: &'static str,
    problems: &mut Vec<ConfigProblem>,
) -> Option<&'a str> {
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    if value.is_none() {
        problems.push(ConfigProblem::Missing { setting, advice });
    }
    value
}

/// The name of the session cookie: with the prefix `__Host-`, or with the suffix where browsers refuse that prefix.
fn base_name(name: &str, suffix: Option<&str>) -> String {
    match suffix {
        None => format!("__Host-{name}"),
        Some(suffix) => format!("{name}-{suffix}"),
    }
}

/// What cookie names end with on loopback. All ports of a host share their cookies there (RFC 6265 §8.5), so the suffix keeps
/// the sessions of two applications on one machine apart.
fn suffix(redirect: &RedirectUri, issuer: &str, client_id: &str) -> Option<String> {
    match redirect.reach {
        Reach::Public => None,
        Reach::Loopback => {
            let hash: [u8; 32] = Sha256::digest(format!("{issuer}\n{client_id}\n{}", redirect.port)).into();
            let [a, b, c, d, ..] = hash;
            Some(format!("{a:02x}{b:02x}{c:02x}{d:02x}"))
        }
    }
}

/// The tokio runtime that `build()` is called on.
fn current_runtime() -> Option<Arc<dyn Runtime>> {
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = crate::upstream::runtime::TokioRuntime::current() {
        return Some(Arc::new(runtime));
    }
    None
}
