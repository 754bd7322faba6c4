//! What is wrong with a configuration.

use std::fmt;

use thiserror::Error;

use crate::rules::redirect_uri::RedirectUriError;
use crate::sdk_cookie::SdkCookieSecretError;
use crate::seal::{CookieSecretError, CookieSecretListError};
use crate::token::jwt::RulesError;
use crate::upstream::oauth::EnvironmentUrlError;
#[cfg(feature = "reqwest")]
use crate::upstream::transport::BuildTransportError;

/// A configuration that cannot be used, with everything that is wrong with it.
///
/// `Debug` says the same as `Display`, because a `main` that returns an error prints `Debug`.
///
/// [`source`](std::error::Error::source) is always `None`: there is one source for each problem, and a standard error has
/// at most one. [`problems`](Self::problems) has all of them, each with its own source. `Display` leaves nothing out.
pub struct ConfigError {
    problems: Vec<ConfigProblem>,
}

impl ConfigError {
    pub(super) fn new(problems: Vec<ConfigProblem>) -> Self {
        Self { problems }
    }

    /// Every problem found.
    #[must_use]
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the Scalekit configuration has {} problem(s):", self.problems.len())?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

/// One setting that is wrong, and what to write instead. Never shows a secret.
///
/// The text is complete: it ends with the text of the [`source`](std::error::Error::source), where there is one. Log the
/// text; take the source to tell the cases apart in code.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// A required setting is missing or blank.
    #[error("{setting} is missing: {advice}")]
    Missing {
        /// The variable; the setter has the same name in lower case, without the prefix.
        setting: &'static str,
        /// Where to find its value.
        advice: &'static str,
    },
    /// A list is empty or has a blank entry. It is refused, because an empty list must never mean "accept all".
    #[error("{setting} is an empty list or has a blank entry; fill it in, or leave the setting out")]
    Blank {
        /// The variable.
        setting: &'static str,
    },
    /// The environment URL cannot be used.
    #[error("SCALEKIT_ENVIRONMENT_URL: {0}")]
    EnvironmentUrl(#[source] EnvironmentUrlError),
    /// The redirect URI cannot be used.
    #[error("SCALEKIT_REDIRECT_URI {0}")]
    RedirectUri(#[source] RedirectUriError),
    /// The address for the browser after logout cannot be used.
    #[error(
        "SCALEKIT_POST_LOGOUT_REDIRECT_URI is not an absolute http or https URL; write one that is registered at Scalekit"
    )]
    PostLogoutRedirectUri,
    /// One of the cookie secrets cannot be used.
    #[error("SCALEKIT_COOKIE_SECRET, number {number} of the list: {source}")]
    CookieSecret {
        /// Its place in the list, from 1.
        number: usize,
        /// What is wrong with it.
        #[source]
        source: CookieSecretError,
    },
    /// The list of cookie secrets cannot be used, although each secret in it can.
    #[error("SCALEKIT_COOKIE_SECRET: {0}")]
    CookieSecrets(#[source] CookieSecretListError),
    /// The secret of the SDK cookie cannot be used.
    #[error("SCALEKIT_SDK_COOKIE_SECRET: {0}")]
    SdkCookieSecret(#[source] SdkCookieSecretError),
    /// The secret of the SDK cookie is one of our cookie secrets as well.
    #[error(
        "SCALEKIT_SDK_COOKIE_SECRET is one of the cookie secrets as well, so the applications that have it could open \
         what is sealed here: make a new SCALEKIT_COOKIE_SECRET with `openssl rand -base64 32`"
    )]
    SdkCookieSecretShared,
    /// The name of the SDK cookie cannot be used.
    #[error(
        "the SDK cookie's name `{0}` is that of one of our own cookies, or not made of 1 to 64 letters, digits, `-`, `_` \
         and `.`"
    )]
    SdkCookieName(String),
    /// The SDK cookie is to be written for a language that has no official package.
    #[error(
        "SCALEKIT_SDK_COOKIE_WRITE is neither `python`, for FastAPI, Flask and Django, nor `node`, for Express and \
         Next.js"
    )]
    SdkLanguage,
    /// There is no cookie layout of that name.
    #[error(
        "SCALEKIT_COOKIE_LAYOUT is `{0}`; write `whole` for one session cookie, `split` for one of each token"
    )]
    CookieLayout(String),
    /// The split layout and the SDK cookie exclude each other.
    #[error(
        "the session cannot be split and shared with Scalekit's official packages, who have one cookie: leave out \
         `split_cookies` (SCALEKIT_COOKIE_LAYOUT) or `sdk_cookie` (SCALEKIT_SDK_COOKIE_SECRET)"
    )]
    SplitAndShared,
    /// The name of the session cookie is that of one of the split cookies.
    #[error("the cookie name `{0}` is that of one of the split cookies; write another, or leave it out")]
    CookieNameTaken(String),
    /// The name of the session cookie cannot be used.
    #[error(
        "the cookie name `{0}` is not made of 1 to 40 letters, digits, `-` and `_`; the `__Host-` prefix is added for you"
    )]
    CookieName(String),
    /// A path cannot be used.
    #[error("the {route} path `{path}` {reason}")]
    Path {
        /// What lies at the path: a route, the access cookie, or the default destination after login.
        route: &'static str,
        /// The path.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An entry of the allowed origins is no origin.
    #[error(
        "the allowed origin `{0}` is not one; write scheme, host and port without a path, as in `https://admin.example.com`"
    )]
    Origin(String),
    /// A number or a span of time is out of its range.
    #[error("{setting} is out of range: {range}")]
    Range {
        /// The setter.
        setting: &'static str,
        /// What is accepted.
        range: &'static str,
    },
    /// A scope is missing without which there is no session.
    #[error("the scopes lack `{0}`, without which there is no session to keep")]
    Scope(&'static str),
    /// There is nothing to run background work on.
    #[error("no runtime: call `build()` inside a tokio runtime, or give the builder a `Runtime`")]
    Runtime,
    /// There is nothing to reach Scalekit with.
    #[error("no transport: switch the feature `reqwest` on, or give the builder a `Transport`")]
    NoTransport,
    /// The HTTP client could not be made.
    #[cfg(feature = "reqwest")]
    #[error("the HTTP client could not be made: {0}")]
    Transport(#[source] BuildTransportError),
}

impl From<RulesError> for ConfigProblem {
    fn from(error: RulesError) -> Self {
        match error {
            RulesError::BlankIssuer => Self::Blank { setting: "SCALEKIT_ISSUER" },
            RulesError::BlankAudience => Self::Blank { setting: "SCALEKIT_AUDIENCE" },
            RulesError::BlankClientId => Self::Missing { setting: "SCALEKIT_CLIENT_ID", advice: DASHBOARD },
            RulesError::Leeway => Self::Range { setting: "leeway", range: "0 to 300 s" },
        }
    }
}

/// Where an operator finds the client's credentials.
pub(super) const DASHBOARD: &str = "find it in the Scalekit dashboard, API credentials";
