//! What the core answers: a [`Reply`] is a whole response of an own route, [`HeaderEdits`] change the response of a
//! handler.

use std::borrow::Cow;
use std::fmt;

use crate::answer::caching::{NO_STORE, Overrides};
use crate::cookie::SetCookie;

/// A complete response, decided in the core and translated by an adapter into a response of its framework.
///
/// ```
/// use scalekit_session::adapter::Reply;
///
/// let reply = Reply::see_other("/invoices");
/// assert_eq!(reply.status, 303);
/// assert_eq!(reply.header("location"), Some("/invoices"));
/// assert_eq!(reply.header("cache-control"), Some("private, no-store"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
#[must_use = "a reply carries cookies that must reach the browser"]
pub struct Reply {
    /// The HTTP status code.
    pub status: u16,
    // R25
    /// Header lines in order. `set-cookie` may occur several times; an adapter must send each as a line of its own.
    pub headers: Vec<(&'static str, String)>,
    /// The body, UTF-8 text.
    pub body: String,
}

impl Reply {
    /// A reply without a body. Its headers forbid caches to store it (`private, no-store`) and say that it depends on
    /// cookies (`Vary: Cookie`).
    pub fn new(status: u16) -> Self {
        // R24
        let headers = vec![("cache-control", NO_STORE.to_owned()), ("vary", "Cookie".to_owned())];
        Self { status, headers, body: String::new() }
    }

    /// A `303 See Other`: the browser follows it with `GET`, whatever the method of the request was (RFC 9110 §15.4.4).
    pub fn see_other(location: impl Into<String>) -> Self {
        Self::new(303).with_header("location", location).with_header("referrer-policy", "no-referrer")
    }

    /// An HTML page that runs no script, loads nothing and cannot be shown in a frame.
    pub fn html(status: u16, page: String) -> Self {
        Self::document(status, page, &format!("{PAGE_POLICY}; form-action 'self'"), "no-referrer")
    }

    /// A page with a form whose answer may redirect to another origin.
    ///
    /// The page's policy has no `form-action`: browsers check `form-action` for every redirect after the form, and
    /// not all of these redirects are known here. The page's referrer policy is `same-origin`: with `no-referrer` a
    /// browser sends the form with `Origin: null` (R35).
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

    /// This reply with one more header line.
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// This reply with more `set-cookie` lines, one for each cookie.
    pub fn with_cookies(mut self, cookies: impl IntoIterator<Item = SetCookie>) -> Self {
        self.headers.extend(cookies.into_iter().map(|cookie| ("set-cookie", cookie.into_string())));
        self
    }

    /// The first value of a header, looked up by lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Reply {
    // R46: shows neither headers, which carry cookies, nor the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/// The changes to the headers of a handler's response: cookies to set, and `Cache-Control` and `Vary` for caches.
///
/// There are no changes when the handler did not ask for the session. Nothing is allocated unless there is a cookie to
/// write or a header of the handler to extend.
///
/// ```
/// use scalekit_session::adapter::{Exchange, HeaderEdit, RequestView};
/// use scalekit_session::testing::TestEnvironment;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let exchange = Exchange::new(TestEnvironment::new().scalekit().manager());
/// let request_headers = [("host", "app.test")];
/// exchange.resolve(&RequestView::new("GET", "/", &request_headers)).await;
///
/// let response_headers = [("vary", "accept")];
/// let edits = exchange.finish(&response_headers);
/// assert_eq!(edits.iter().collect::<Vec<_>>(), [
///     HeaderEdit::Replace("cache-control", "private, no-store"),
///     HeaderEdit::Replace("vary", "accept, Cookie"),
/// ]);
/// # }
/// ```
#[derive(Default)]
#[must_use = "header edits carry cookies that must reach the browser"]
pub struct HeaderEdits {
    pub(crate) cookies: Vec<SetCookie>,
    pub(crate) cache_control: Option<Cow<'static, str>>,
    pub(crate) vary: Option<Cow<'static, str>>,
    pub(crate) removed: Overrides,
}

/// One change to the headers of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderEdit<'a> {
    /// Add a line with this name and value, and keep the lines of the same name.
    Append(&'static str, &'a str),
    /// Replace all lines of this name by one with this value.
    Replace(&'static str, &'a str),
    /// Remove all lines of this name.
    Remove(&'static str),
}

impl HeaderEdits {
    /// No changes.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether there are no changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty()
            && self.cache_control.is_none()
            && self.vary.is_none()
            && self.removed.iter().all(Option::is_none)
    }

    /// The changes, in the order in which to make them. Every value is visible ASCII and spaces.
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
