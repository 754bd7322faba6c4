//! Building: everything that is wrong is reported at once.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::builder::ScalekitBuilder;
use super::check::check;
use super::problem::{ConfigError, ConfigProblem};
use super::split;
use crate::cookie::{CookieNames, CookieSpec};
use crate::event::Event;
use crate::instance::Config;
use crate::instance::Instance;
use crate::loopback::Reach;
use crate::rules::redirect_uri::RedirectUri;
use crate::rules::return_to::ReturnTo;
use crate::rules::routes::AuthRoutes;
use crate::scalekit::Scalekit;
use crate::seal::{Key, Keyring};
use crate::token::jwt::Rules;
use crate::upstream::oauth::{Endpoints, OauthClient};
use crate::upstream::runtime::Runtime;
use crate::upstream::transport::Transport;

impl ScalekitBuilder {
    /// Checks everything and makes the session manager. No request is sent.
    ///
    /// # Errors
    /// With everything that is wrong, at once.
    pub fn build(mut self) -> Result<Scalekit, ConfigError> {
        let mut problems = std::mem::take(&mut self.unreadable);
        let url = required(&self.environment_url, "SCALEKIT_ENVIRONMENT_URL", DASHBOARD, &mut problems);
        let client_id = required(&self.client_id, "SCALEKIT_CLIENT_ID", DASHBOARD, &mut problems);
        let callback = "the URL of your callback route, registered in the Scalekit dashboard";
        let redirect_uri = required(&self.redirect_uri, "SCALEKIT_REDIRECT_URI", callback, &mut problems);
        let secret = self.client_secret.clone().filter(|secret| !secret.secret().trim().is_empty());
        if secret.is_none() {
            problems.push(ConfigProblem::Missing { setting: "SCALEKIT_CLIENT_SECRET", advice: DASHBOARD });
        }
        let endpoints = url.and_then(|url| {
            Endpoints::parse(&url).map_err(|error| problems.push(ConfigProblem::EnvironmentUrl(error))).ok()
        });
        let redirect = redirect_uri.and_then(|uri| {
            RedirectUri::parse(&uri).map_err(|error| problems.push(ConfigProblem::RedirectUri(error))).ok()
        });
        let keys = self.parse_secrets(&mut problems);
        check(&self, redirect.as_ref(), &mut problems);
        let transport = self.find_transport(&mut problems);
        let runtime = self.runtime.clone().or_else(current_runtime);
        if runtime.is_none() {
            problems.push(ConfigProblem::Runtime);
        }
        let given = (endpoints, client_id, redirect, transport, runtime, secret);
        let (Some(endpoints), Some(client_id), Some(redirect), Some(transport), Some(runtime), Some(secret)) =
            given
        else {
            return Err(ConfigError::new(problems));
        };
        let keyring = Keyring::new(keys, endpoints.environment_url(), &client_id);
        let keyring =
            keyring.map_err(|error| problems.push(ConfigProblem::CookieSecrets(error.to_string()))).ok();
        let suffix = suffix(&redirect, endpoints.environment_url(), &client_id);
        let names = CookieNames::new(base_name(&self.cookie_name, suffix.as_deref()));
        let shared = self.official.as_ref();
        let official = shared.and_then(|cookie| cookie.check(&names, &self.cookie_secrets, &mut problems));
        let (Some(keyring), []) = (keyring, problems.as_slice()) else {
            return Err(ConfigError::new(problems));
        };

        let issuers = self.issuers.unwrap_or_else(|| vec![endpoints.environment_url().to_owned()]);
        let audiences = self.audiences.unwrap_or_else(|| vec![client_id.clone()]);
        let rules = Rules::new(issuers.clone(), audiences, client_id.clone(), self.policy.leeway)
            .map_err(|error| ConfigError::new(vec![ConfigProblem::Rules(error.to_string())]))?;
        let secure = redirect.reach == Reach::Anybody;
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
            budget: self.cookie_budget,
        };
        let client = OauthClient { id: client_id, secret: Some(secret) };
        let names = names.with_official(self.official.map(|cookie| cookie.name)).with_split(split);
        let cookies = (names, CookieSpec::new(secure).with_line_limit(self.set_cookie_limit));
        let instance = Instance::new(
            config,
            endpoints,
            client,
            (keyring, official),
            cookies,
            rules,
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

    fn parse_secrets(&self, problems: &mut Vec<ConfigProblem>) -> Vec<Key> {
        if self.cookie_secrets.is_empty() {
            problems.push(ConfigProblem::Missing {
                setting: "SCALEKIT_COOKIE_SECRET",
                advice: "make one with `openssl rand -base64 32`",
            });
        }
        let parsed = self.cookie_secrets.iter().enumerate().filter_map(|(index, text)| {
            Key::parse(text)
                .map_err(|source| problems.push(ConfigProblem::CookieSecret { number: index + 1, source }))
                .ok()
        });
        parsed.collect()
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

const DASHBOARD: &str = "find it in the Scalekit dashboard, API credentials";

/// A setting without which nothing works.
fn required(
    value: &Option<String>,
    setting: &'static str,
    advice: &'static str,
    problems: &mut Vec<ConfigProblem>,
) -> Option<String> {
    let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
    if value.is_none() {
        problems.push(ConfigProblem::Missing { setting, advice });
    }
    value.map(str::to_owned)
}

/// `__Host-` where the browser honours it.
fn base_name(name: &str, suffix: Option<&str>) -> String {
    match suffix {
        None => format!("__Host-{name}"),
        Some(suffix) => format!("{name}-{suffix}"),
    }
}

/// On loopback all ports share one cookie jar, so the name tells applications apart.
fn suffix(redirect: &RedirectUri, issuer: &str, client_id: &str) -> Option<String> {
    match redirect.reach {
        Reach::Anybody => None,
        Reach::Loopback => {
            let hash: [u8; 32] = Sha256::digest(format!("{issuer}\n{client_id}\n{}", redirect.port)).into();
            let [a, b, c, d, ..] = hash;
            Some(format!("{a:02x}{b:02x}{c:02x}{d:02x}"))
        }
    }
}

/// The runtime that `build()` is called on.
fn current_runtime() -> Option<Arc<dyn Runtime>> {
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = crate::upstream::runtime::TokioRuntime::current() {
        return Some(Arc::new(runtime));
    }
    None
}
