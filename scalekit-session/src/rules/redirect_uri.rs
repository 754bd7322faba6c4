//! Reads the redirect URI. It alone decides the application's origin and whether its cookies are `Secure`; nothing in a
//! request does (R40).

use thiserror::Error;
use url::Url;

use crate::loopback::{Reach, is_loopback};

/// A checked redirect URI, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedirectUri {
    /// The URI as configured.
    pub(crate) uri: String,
    /// Scheme, host and port, as browsers send it in `Origin`.
    pub(crate) origin: String,
    /// Where the callback is mounted.
    pub(crate) path: String,
    /// Whether the URI is `https`, or `http` on this machine.
    pub(crate) reach: Reach,
    pub(crate) port: u16,
}

/// What is wrong with a redirect URI.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RedirectUriError {
    /// Not an absolute URL.
    #[error("is not an absolute URL; write it as `https://app.example.com/auth/callback`")]
    NotAUrl,
    /// Neither `https` nor `http`.
    #[error("has the scheme `{0}`; write `https://…`")]
    Scheme(String),
    /// `http` for a host that is not this machine.
    #[error("is `http` for `{0}`; write `https://…`, or for development `http://localhost:PORT/…`")]
    PlainHttp(String),
    /// Holds a user or password.
    #[error("holds a user name or password; leave out everything before and including the `@`")]
    UserInfo,
    /// Holds a query or fragment.
    #[error("holds a query or fragment; end it with its path")]
    QueryOrFragment,
    /// The path could mean different things to a router and to a browser.
    #[error("has a path that cannot be mounted: `{0}`; write plain segments as in `/auth/callback`")]
    Path(String),
}

impl RedirectUri {
    pub(crate) fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let url = Url::parse(text.trim()).map_err(|_| RedirectUriError::NotAUrl)?;
        let reach = match (url.scheme(), url.host()) {
            ("https", Some(_)) => Reach::Public,
            ("http", Some(host)) if is_loopback(&host) => Reach::Loopback,
            ("http", Some(host)) => return Err(RedirectUriError::PlainHttp(host.to_string())),
            (scheme, _) => return Err(RedirectUriError::Scheme(scheme.to_owned())),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(RedirectUriError::QueryOrFragment);
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
        if !url.path().bytes().all(plain) || url.path().contains("//") {
            return Err(RedirectUriError::Path(url.path().to_owned()));
        }
        Ok(Self {
            uri: text.trim().to_owned(),
            origin: url.origin().ascii_serialization(),
            path: url.path().to_owned(),
            reach,
            port: url.port_or_known_default().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r40_https_anywhere_and_http_on_loopback_only() {
        for (uri, reach, origin, path) in [
            (
                "https://app.example.com/auth/callback",
                Reach::Public,
                "https://app.example.com",
                "/auth/callback",
            ),
            ("https://App.Example.com:8443/cb", Reach::Public, "https://app.example.com:8443", "/cb"),
            ("https://localhost/cb", Reach::Public, "https://localhost", "/cb"),
            (
                "http://localhost:3000/auth/callback",
                Reach::Loopback,
                "http://localhost:3000",
                "/auth/callback",
            ),
            ("http://acme.localhost:3000/cb", Reach::Loopback, "http://acme.localhost:3000", "/cb"),
            ("http://127.0.0.1:3000/cb", Reach::Loopback, "http://127.0.0.1:3000", "/cb"),
            ("http://127.9.9.9/cb", Reach::Loopback, "http://127.9.9.9", "/cb"),
            ("http://[::1]:3000/cb", Reach::Loopback, "http://[::1]:3000", "/cb"),
            ("http://2130706433/cb", Reach::Loopback, "http://127.0.0.1", "/cb"),
        ] {
            let parsed = RedirectUri::parse(uri).unwrap();
            assert_eq!(
                (parsed.reach, parsed.origin.as_str(), parsed.path.as_str()),
                (reach, origin, path),
                "{uri}"
            );
        }
    }

    #[test]
    fn r40_everything_else_says_what_to_write() {
        for uri in [
            "localhost:3000/cb",
            "/auth/callback",
            "",
            "ftp://localhost/cb",
            "http://app.example.com/cb",
            "http://localhost.:3000/cb",
            "http://0.0.0.0:3000/cb",
            "http://[::]:3000/cb",
            "http://[::ffff:127.0.0.1]:3000/cb",
            "http://localhost.example.com/cb",
            "http://mylocalhost/cb",
            "http://user@localhost:3000/cb",
            "https://app.example.com@evil.example/cb",
            "https://app.example.com/cb?x=1",
            "https://app.example.com/cb#x",
            "https://app.example.com/a%2fb",
            "https://app.example.com/a b",
            "https://app.example.com//cb",
            "https://app.example.com/{id}",
            "http://192.168.0.2/cb",
        ] {
            let error = RedirectUri::parse(uri).expect_err(uri);
            let message = error.to_string();
            assert!(
                message.contains("write") || message.contains("leave out") || message.contains("end it"),
                "{uri}: {message}"
            );
        }
    }
}
