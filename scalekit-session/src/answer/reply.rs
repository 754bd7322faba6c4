//! What the core answers: whole replies for its own routes, header edits for everybody else's.

use std::borrow::Cow;
use std::fmt;

use crate::answer::caching::{NO_STORE, Overrides};
use crate::cookie::SetCookie;

/// A complete response, decided in the core and translated by an adapter.
#[derive(Clone)]
#[non_exhaustive]
#[must_use = "a reply carries cookies that must reach the browser"]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Header lines in order; `set-cookie` may repeat and must stay separate lines (R25).
    pub headers: Vec<(&'static str, String)>,
    /// The body, UTF-8 text.
    pub body: String,
}

impl Reply {
    /// A reply without a body. It is never cached, and may be a different one for other cookies (R24).
    pub fn new(status: u16) -> Self {
        let headers = vec![("cache-control", NO_STORE.to_owned()), ("vary", "Cookie".to_owned())];
        Self { status, headers, body: String::new() }
    }

    /// A `303 See Other`, which turns every method into `GET` (RFC 9110 §15.4.4).
    pub fn see_other(location: impl Into<String>) -> Self {
        Self::new(303).with_header("location", location).with_header("referrer-policy", "no-referrer")
    }

    /// An HTML page that runs no script, loads nothing and stays out of frames.
    pub fn html(status: u16, page: String) -> Self {
        Self::document(status, page, &format!("{PAGE_POLICY}; form-action 'self'"), "no-referrer")
    }

    /// A page whose form leads out of this origin in the end. `form-action` is checked on every redirect of the answer,
    /// also those that are not ours to know; and without a referrer a browser would call the form's origin `null` (R35).
    pub(crate) fn html_with_form(status: u16, page: String) -> Self {
        Self::document(status, page, PAGE_POLICY, "same-origin")
    }

    fn document(status: u16, page: String, policy: &str, referrer: &str) -> Self {
        Self { body: page, ..Self::new(status) }
            .with_header("content-type", "text/html; charset=utf-8")
            .with_header("content-security-policy", policy)
            .with_header("referrer-policy", referrer)
            .with_header("x-content-type-options", "nosniff")
    }

    /// The same reply with one more header line.
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same reply with more cookies, each a line of its own.
    pub fn with_cookies(mut self, cookies: impl IntoIterator<Item = SetCookie>) -> Self {
        self.headers.extend(cookies.into_iter().map(|cookie| ("set-cookie", cookie.into_string())));
        self
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Reply {
    /// Leaves headers and body out: they carry cookies (R46).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/// What a response must say once its session was read or written.
///
/// Empty for a request that asked for no session. It allocates nothing unless there is a cookie to write or a
/// header of the handler to extend.
#[derive(Default)]
#[must_use = "header edits carry cookies that must reach the browser"]
pub struct HeaderEdits {
    pub(crate) cookies: Vec<SetCookie>,
    pub(crate) cache_control: Option<Cow<'static, str>>,
    pub(crate) vary: Option<Cow<'static, str>>,
    pub(crate) removed: Overrides,
}

/// One edit of a response's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderEdit<'a> {
    /// Add a line and leave those of the same name alone.
    Append(&'static str, &'a str),
    /// Replace all lines of that name by this one.
    Replace(&'static str, &'a str),
    /// Remove all lines of that name.
    Remove(&'static str),
}

impl HeaderEdits {
    /// No edit at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty()
            && self.cache_control.is_none()
            && self.vary.is_none()
            && self.removed.iter().all(Option::is_none)
    }

    /// The edits in order. Every value is visible ASCII and spaces.
    pub fn iter(&self) -> impl Iterator<Item = HeaderEdit<'_>> {
        let cookies = self.cookies.iter().map(|cookie| HeaderEdit::Append("set-cookie", cookie.as_str()));
        let cache_control =
            self.cache_control.as_deref().map(|value| HeaderEdit::Replace("cache-control", value));
        let vary = self.vary.as_deref().map(|value| HeaderEdit::Replace("vary", value));
        let removed = self.removed.iter().flatten().map(|name| HeaderEdit::Remove(name));
        cookies.chain(cache_control).chain(vary).chain(removed)
    }
}

impl fmt::Debug for HeaderEdits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderEdits").field("cookies", &self.cookies.len()).finish_non_exhaustive()
    }
}
