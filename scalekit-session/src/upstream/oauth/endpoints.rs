//! [`Endpoints`]: the URLs of Scalekit's endpoints, at fixed paths below the environment URL. There is no discovery.

use thiserror::Error;
use url::Url;

use crate::loopback::is_loopback;

/// The URLs of Scalekit's endpoints in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoints {
    environment_url: String,
    pub(crate) authorize: String,
    pub(crate) token: String,
    pub(crate) keys: String,
    pub(crate) end_session: String,
}

impl Endpoints {
    /// Checks and normalizes an environment URL: scheme and host in lower case, no default port, no slash at the end.
    /// The result is also the expected issuer, so it must have only one spelling.
    pub(crate) fn parse(environment_url: &str) -> Result<Self, EnvironmentUrlError> {
        let url = Url::parse(environment_url.trim()).map_err(|_| EnvironmentUrlError::NotAbsolute)?;
        match url.scheme() {
            "https" => {}
            "http" if url.host().is_some_and(|host| is_loopback(&host)) => {}
            "http" => return Err(EnvironmentUrlError::PlainHttp),
            _ => return Err(EnvironmentUrlError::NotAbsolute),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EnvironmentUrlError::Userinfo);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(EnvironmentUrlError::MoreThanOrigin);
        }
        let environment_url = url.as_str().strip_suffix('/').unwrap_or(url.as_str()).to_owned();
        Ok(Self {
            authorize: format!("{environment_url}/oauth/authorize"),
            token: format!("{environment_url}/oauth/token"),
            keys: format!("{environment_url}/keys"),
            end_session: format!("{environment_url}/oidc/logout"),
            environment_url,
        })
    }

    /// The normalized environment URL. It is the `iss` of tokens, unless a custom domain is configured.
    pub(crate) fn environment_url(&self) -> &str {
        &self.environment_url
    }
}

/// Why a text cannot be the environment URL, and what to write instead. The message never shows the text, because the
/// text may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EnvironmentUrlError {
    /// It has no scheme, no host, or another scheme than `https` and `http`.
    #[error("the environment URL is not an absolute URL; write it like https://your-subdomain.scalekit.com")]
    NotAbsolute,
    /// It is `http` to another machine.
    #[error(
        "the environment URL must begin with https://; http:// is only for this machine \
         (localhost, *.localhost, 127.0.0.0/8, [::1])"
    )]
    PlainHttp,
    /// It has a user name or password before the host.
    #[error(
        "the environment URL must not hold a user name or password; the client secret is a setting of its own"
    )]
    Userinfo,
    /// It has a path, query or fragment after the host.
    #[error(
        "the environment URL must end after the host; write https://your-subdomain.scalekit.com, \
         without path, query and fragment"
    )]
    MoreThanOrigin,
}
