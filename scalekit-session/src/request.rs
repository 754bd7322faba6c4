//! [`RequestView`]: what the core reads of a request, which is its method, its target and a few headers.
//!
//! axum is on `http` 1, actix-web on `http` 0.2 and Rocket has types of its own, so adapters hand over text and
//! bytes. An adapter implements [`Headers`] once. Nothing is copied unless the request has to wait for Scalekit.

use std::fmt;

/// The header lines of a request or response. An adapter implements this trait for its framework's type.
pub trait Headers: Sync {
    /// Calls `each` with the value of every line of that name, in the order in which the lines came. `name` is in lower
    /// case; the names of the lines may be in any case.
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8]));
}

/// One request as the core reads it: borrowed from the framework's own request.
///
/// ```
/// use scalekit_session::adapter::RequestView;
///
/// let headers = [("Host", "app.test"), ("accept", "text/html"), ("accept", "*/*")];
/// let request = RequestView::new("GET", "/invoices?page=2", &headers);
/// assert_eq!(request.header("host"), Some("app.test"));
/// assert_eq!(request.header("accept"), None, "this header is repeated");
/// assert!(request.has_header("accept"));
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RequestView<'a> {
    /// The method as the client sent it. Some frameworks change `HEAD` to `GET` when they route; this must stay `HEAD`.
    pub method: &'a str,
    /// Path and query as the client sent them. Some frameworks strip a prefix when they route; this must stay the whole
    /// path.
    pub target: &'a str,
    /// The authority of the request's URI, if the URI has one, as in HTTP/2.
    pub authority: Option<&'a str>,
    /// The header lines.
    pub headers: &'a dyn Headers,
    /// Whether the response can still carry `Set-Cookie`: `false` once its head is sent.
    pub writable: bool,
}

impl<'a> RequestView<'a> {
    /// A request with method, target (path and query) and headers, whose response can still carry `Set-Cookie`.
    #[must_use]
    pub fn new(method: &'a str, target: &'a str, headers: &'a dyn Headers) -> Self {
        Self { method, target, authority: None, headers, writable: true }
    }

    /// This request with the authority of its URI.
    #[must_use]
    pub fn with_authority(self, authority: Option<&'a str>) -> Self {
        Self { authority, ..self }
    }

    /// This request, with `writable` set: whether its response can still carry `Set-Cookie`.
    #[must_use]
    pub fn with_writable(self, writable: bool) -> Self {
        Self { writable, ..self }
    }

    /// The value of a header that may occur once. `None` when the header is missing, repeated or not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut found = None;
        let mut lines = 0_usize;
        self.headers.visit(name, &mut |value| {
            lines += 1;
            found = Some(value);
        });
        found
            .filter(|_| lines == 1)
            .and_then(|value| std::str::from_utf8(value).ok())
            .map(str::trim)
            .filter(|value| value.is_ascii())
    }

    /// Whether the request has a header line of that name.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        let mut any = false;
        self.headers.visit(name, &mut |_| any = true);
        any
    }

    /// A copy of everything that the core reads, for work that outlives the framework's request.
    #[must_use]
    pub fn to_head(&self) -> RequestHead {
        let mut headers = Vec::new();
        for name in READ {
            self.headers.visit(name, &mut |value| headers.push((*name, value.to_vec())));
        }
        RequestHead {
            method: self.method.to_owned(),
            target: self.target.to_owned(),
            authority: self.authority.map(str::to_owned),
            headers,
        }
    }
}

impl fmt::Debug for RequestView<'_> {
    // R46: without the headers and the query, because they carry cookies and authorization codes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.split('?').next().unwrap_or_default();
        f.debug_struct("RequestView")
            .field("method", &self.method)
            .field("path", &path)
            .finish_non_exhaustive()
    }
}

/// An owned copy of everything that the core reads of a request: see [`RequestView::to_head`]. Of the headers it has
/// `Accept`, `Cookie`, `Host`, `Origin`, `Upgrade`, `X-Requested-With`, `Sec-Fetch-*`, and those that mark a prefetch.
#[derive(Clone)]
pub struct RequestHead {
    method: String,
    target: String,
    authority: Option<String>,
    headers: Vec<(&'static str, Vec<u8>)>,
}

impl RequestHead {
    /// The copy as a [`RequestView`].
    #[must_use]
    pub fn view(&self) -> RequestView<'_> {
        RequestView::new(&self.method, &self.target, self).with_authority(self.authority.as_deref())
    }
}

impl Headers for RequestHead {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        self.headers.iter().filter(|(own, _)| *own == name).for_each(|(_, value)| each(value));
    }
}

impl fmt::Debug for RequestHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

/// Every request header that a rule of this crate reads.
const READ: &[&str] = &[
    "accept",
    "cookie",
    "host",
    "next-router-prefetch",
    "origin",
    "purpose",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-purpose",
    "upgrade",
    "x-middleware-prefetch",
    "x-moz",
    "x-requested-with",
];

/// Pairs of names and values: for tests, and for frameworks without a header type of their own.
impl Headers for [(&str, &str)] {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        for (own, value) in self {
            if own.eq_ignore_ascii_case(name) {
                each(value.as_bytes());
            }
        }
    }
}

impl<const N: usize> Headers for [(&str, &str); N] {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        self.as_slice().visit(name, each);
    }
}

impl Headers for Vec<(&str, &str)> {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        self.as_slice().visit(name, each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_header_counts_as_none() {
        let headers = [("Origin", "https://a.example"), ("origin", "https://b.example")];
        let request = RequestView::new("POST", "/", &headers);
        assert_eq!(request.header("origin"), None);
        assert!(request.has_header("origin"));
    }

    #[test]
    fn r46_debug_keeps_cookies_and_codes_out() {
        let headers = [("cookie", "__Host-scalekit=secret")];
        let request = RequestView::new("GET", "/auth/callback?code=secret", &headers);
        let shown = format!("{request:?} {:?}", request.to_head());
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn a_copy_answers_like_the_original() {
        let headers = [("cookie", "a=1"), ("Cookie", "b=2"), ("sec-fetch-site", "none"), ("x-other", "no")];
        let head = RequestView::new("GET", "/a?b", &headers).with_authority(Some("app.test")).to_head();
        let mut cookies = Vec::new();
        head.view().headers.visit("cookie", &mut |value| cookies.push(value.to_vec()));
        assert_eq!(cookies, [b"a=1".to_vec(), b"b=2".to_vec()]);
        assert_eq!(head.view().header("sec-fetch-site"), Some("none"));
        assert_eq!((head.view().method, head.view().target), ("GET", "/a?b"));
        assert!(!head.view().has_header("x-other"));
    }
}
