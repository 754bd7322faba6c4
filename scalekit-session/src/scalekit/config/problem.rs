//! What is wrong with a configuration.

use std::fmt;

use thiserror::Error;

use crate::rules::redirect_uri::RedirectUriError;
use crate::seal::CookieSecretError;
use crate::upstream::oauth::EnvironmentUrlError;
#[cfg(feature = "reqwest")]
use crate::upstream::transport::BuildTransportError;

/// A configuration that cannot work, with everything that is wrong with it.
///
/// `Debug` says the same as `Display`, because that is what a `main` that returns an error prints.
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

/// One thing that is wrong, and what to write instead. Never shows a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// A setting without which nothing works.
    #[error("{setting} is missing: {advice}")]
    Missing {
        /// The variable or setter.
        setting: &'static str,
        /// Where to find its value.
        advice: &'static str,
    },
    /// A list with an empty entry.
    #[error("{setting} has an empty entry; remove it or fill it in")]
    Blank {
        /// The variable or setter.
        setting: &'static str,
    },
    /// The environment URL.
    #[error("SCALEKIT_ENVIRONMENT_URL {0}")]
    EnvironmentUrl(#[source] EnvironmentUrlError),
    /// The redirect URI.
    #[error("SCALEKIT_REDIRECT_URI {0}")]
    RedirectUri(#[source] RedirectUriError),
    /// Where Scalekit sends the browser after logout.
    #[error(
        "SCALEKIT_POST_LOGOUT_REDIRECT_URI is not an absolute http or https URL; write one that is registered at Scalekit"
    )]
    PostLogoutRedirectUri,
    /// One of the cookie secrets.
    #[error("SCALEKIT_COOKIE_SECRET, number {number} of the list, {source}")]
    CookieSecret {
        /// Its place in the list, from 1.
        number: usize,
        /// What is wrong with it.
        #[source]
        source: CookieSecretError,
    },
    /// The list of cookie secrets as a whole.
    #[error("SCALEKIT_COOKIE_SECRET: {0}")]
    CookieSecrets(String),
    /// The secret of the cookie shared with Scalekit's official packages.
    #[error("SCALEKIT_SDK_COOKIE_SECRET: {0}")]
    SdkCookieSecret(String),
    /// The secret of the official cookie is one of ours as well.
    #[error(
        "SCALEKIT_SDK_COOKIE_SECRET is one of the cookie secrets as well; whoever has it there could then open what \
         is sealed here: make a new SCALEKIT_COOKIE_SECRET with `openssl rand -base64 32`"
    )]
    SdkCookieSecretShared,
    /// The name of the cookie shared with Scalekit's official packages.
    #[error(
        "the official cookie's name `{0}` is that of one of our own cookies, or not made of 1 to 64 letters, digits, \
         `-`, `_` and `.`"
    )]
    SdkCookieName(String),
    /// A way to write the official cookie that does not exist.
    #[error(
        "SCALEKIT_SDK_COOKIE_WRITE is neither `python`, for FastAPI, Flask and Django, nor `node`, for Express and \
         Next.js"
    )]
    SdkLanguage,
    /// A layout of cookies that does not exist.
    #[error(
        "SCALEKIT_COOKIE_LAYOUT is `{0}`; write `whole` for one session cookie, `split` for one of each token"
    )]
    CookieLayout(String),
    /// The split layout and the official cookie together.
    #[error(
        "the session cannot be split and shared with Scalekit's official packages, who have one cookie: leave out \
         `split_cookies` (SCALEKIT_COOKIE_LAYOUT) or `sdk_cookie` (SCALEKIT_SDK_COOKIE_SECRET)"
    )]
    SplitAndShared,
    /// The name of the session cookie is that of a split one.
    #[error("the cookie name `{0}` is that of one of the split cookies; write another, or leave it out")]
    CookieNameTaken(String),
    /// What tokens are checked against.
    #[error("the rules for tokens cannot be used: {0}")]
    Rules(String),
    /// The name of the session cookie.
    #[error(
        "the cookie name `{0}` is not made of 1 to 40 letters, digits, `-` and `_`; the `__Host-` prefix is added for you"
    )]
    CookieName(String),
    /// A path of a ready-made route.
    #[error("the {route} path `{path}` {reason}")]
    Path {
        /// Which route.
        route: &'static str,
        /// Its path.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An entry of the allowed origins.
    #[error(
        "the allowed origin `{0}` is not one; write scheme, host and port without a path, as in `https://admin.example.com`"
    )]
    Origin(String),
    /// A number out of its range.
    #[error("{setting} is out of range: {range}")]
    Range {
        /// The setter.
        setting: &'static str,
        /// What is accepted.
        range: &'static str,
    },
    /// A scope without which there is no session.
    #[error("the scopes lack `{0}`, without which there is no session to keep")]
    Scope(&'static str),
    /// Nothing to run background work on.
    #[error("no runtime: call `build()` inside a tokio runtime, or give the builder a `Runtime`")]
    Runtime,
    /// Nothing to reach Scalekit with.
    #[error("no transport: switch the feature `reqwest` on, or give the builder a `Transport`")]
    NoTransport,
    /// The HTTP client could not be made.
    #[cfg(feature = "reqwest")]
    #[error("the HTTP client could not be made: {0}")]
    Transport(#[source] BuildTransportError),
}
