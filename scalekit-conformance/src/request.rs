//! Requests, as browsers and programs send them.

use crate::jar::Context;

/// From where a browser was made to send a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Initiator {
    /// A page of the application's own origin.
    OwnPage,
    /// The user: address bar or bookmark.
    User,
    /// A page on another host of the same site.
    Sibling,
    /// A page of another site.
    OtherSite,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Page,
    Fetch,
    Bare,
}

/// A request in the making.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) initiator: Initiator,
    pub(crate) extra: Vec<(String, Vec<u8>)>,
    kind: Kind,
    fetch_metadata: bool,
}

/// A page load.
pub(crate) fn page(path: impl Into<String>) -> Request {
    Request {
        method: "GET",
        path: path.into(),
        initiator: Initiator::OwnPage,
        extra: Vec::new(),
        kind: Kind::Page,
        fetch_metadata: true,
    }
}

/// A form that is submitted.
pub(crate) fn form(path: impl Into<String>) -> Request {
    Request { method: "POST", ..page(path) }
}

/// A `fetch()` of a script.
pub(crate) fn fetch(path: impl Into<String>) -> Request {
    Request { kind: Kind::Fetch, ..page(path) }
}

/// A request of a program that is no browser, or of a browser that says nothing.
pub(crate) fn bare(path: impl Into<String>) -> Request {
    Request { kind: Kind::Bare, fetch_metadata: false, ..page(path) }
}

impl Request {
    pub(crate) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    /// The same request, for where a redirect led.
    pub(crate) fn to(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub(crate) fn from(mut self, initiator: Initiator) -> Self {
        self.initiator = initiator;
        self
    }

    /// Adds a header, or replaces what a browser would say.
    pub(crate) fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.extra.push((name.to_owned(), value.into()));
        self
    }

    /// As a browser from before Fetch Metadata sends it.
    pub(crate) fn of_an_old_browser(mut self) -> Self {
        self.fetch_metadata = false;
        self
    }

    pub(crate) fn context(&self) -> Context {
        let safe = matches!(self.method, "GET" | "HEAD" | "OPTIONS");
        match self.initiator {
            Initiator::OtherSite if self.kind == Kind::Page && safe => Context::CrossSiteNavigation,
            Initiator::OtherSite => Context::CrossSite,
            Initiator::OwnPage | Initiator::User | Initiator::Sibling => Context::SameSite,
        }
    }

    /// All headers but `Host` and `Cookie`.
    pub(crate) fn headers(&self, origin: &str) -> Vec<(String, Vec<u8>)> {
        let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
        let mut say = |name: &str, value: &str| headers.push((name.to_owned(), value.as_bytes().to_vec()));
        match self.kind {
            Kind::Page => say("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
            Kind::Fetch => say("accept", "application/json"),
            Kind::Bare => {}
        }
        if self.fetch_metadata {
            let (mode, dest) =
                if self.kind == Kind::Page { ("navigate", "document") } else { ("cors", "empty") };
            let site = match self.initiator {
                Initiator::OwnPage => "same-origin",
                Initiator::User => "none",
                Initiator::Sibling => "same-site",
                Initiator::OtherSite => "cross-site",
            };
            say("sec-fetch-mode", mode);
            say("sec-fetch-dest", dest);
            say("sec-fetch-site", site);
        }
        if self.kind != Kind::Bare && !matches!(self.method, "GET" | "HEAD") {
            say(
                "origin",
                match self.initiator {
                    Initiator::OwnPage | Initiator::User => origin,
                    Initiator::Sibling => "https://evil.app.test",
                    Initiator::OtherSite => "https://evil.example",
                },
            );
        }
        headers.retain(|(name, _)| !self.extra.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
        headers.extend(self.extra.iter().cloned());
        headers
    }
}
