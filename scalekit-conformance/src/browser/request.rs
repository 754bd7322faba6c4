//! Requests, as browsers and programs send them.

use url::Url;

use super::jar::SiteContext;

/// What made a browser send a request. `Sec-Fetch-Site`, `Origin` and the cookies follow from it.
///
/// ```
/// use scalekit_conformance::browser::{Browser, Initiator, form, page};
/// # use axum::{Router, http::HeaderMap, routing::any};
/// # use tokio::net::TcpListener;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let cookie = async |headers: HeaderMap| headers.get("cookie").map_or("none", |_| "some").to_owned();
/// # let app = Router::new().route("/", any(cookie));
/// # let listener = TcpListener::bind("127.0.0.1:0").await?;
/// # let address = listener.local_addr()?;
/// # tokio::spawn(async move { axum::serve(listener, app).await });
/// // At `address` an application says whether cookies came.
/// let browser = Browser::new("https://app.test", address);
/// browser.take("theme=dark; SameSite=Lax").unwrap();
/// assert_eq!(browser.send(form("/")).await.body, "some");
/// assert_eq!(browser.send(page("/").from(Initiator::OtherSite)).await.body, "some");
/// assert_eq!(browser.send(form("/").from(Initiator::OtherSite)).await.body, "none");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Initiator {
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

/// A request in the making: [`page`], [`form`], [`fetch`] or [`bare`] begin it.
///
/// ```
/// use axum::Router;
/// use axum::http::HeaderMap;
/// use axum::routing::any;
/// use scalekit_conformance::browser::{Browser, Initiator, bare, fetch, form, page};
/// use tokio::net::TcpListener;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// // An application that repeats what it was told.
/// let said = async |headers: HeaderMap, body: String| {
///     let names = ["sec-fetch-mode", "sec-fetch-site", "origin", "cookie"];
///     let values = names.map(|name| headers.get(name).map_or("-", |value| value.to_str().unwrap()));
///     values.join(" ") + " " + &body
/// };
/// let app = Router::new().route("/", any(said));
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let address = listener.local_addr()?;
/// tokio::spawn(async move { axum::serve(listener, app).await });
///
/// let browser = Browser::new("https://app.test", address);
/// browser.take("theme=dark; SameSite=Lax").unwrap();
/// for (request, said) in [
///     (page("/"), "navigate same-origin - theme=dark "),
///     (page("/").from(Initiator::User), "navigate none - theme=dark "),
///     (form("/"), "navigate same-origin https://app.test theme=dark "),
///     (form("/").from(Initiator::OtherSite), "navigate cross-site https://evil.example - "),
///     (fetch("/").method("PUT").body("text/plain", "hi"), "cors same-origin https://app.test theme=dark hi"),
///     (fetch("/").of_an_old_browser(), "- - - theme=dark "),
///     (bare("/").header("cookie", "theme=light"), "- - - theme=light "),
/// ] {
///     assert_eq!(browser.send(request).await.body, said);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(super) body: Option<Vec<u8>>,
    initiator: Initiator,
    extra: Vec<(String, Vec<u8>)>,
    kind: Kind,
    fetch_metadata: bool,
}

/// A page load.
pub fn page(path: impl Into<String>) -> Request {
    Request {
        method: "GET".to_owned(),
        path: path.into(),
        body: None,
        initiator: Initiator::OwnPage,
        extra: Vec::new(),
        kind: Kind::Page,
        fetch_metadata: true,
    }
}

/// A form that is submitted with `POST`. It is empty; [`Request::body`] fills it.
pub fn form(path: impl Into<String>) -> Request {
    page(path).method("POST")
}

/// A `fetch()` of a script.
pub fn fetch(path: impl Into<String>) -> Request {
    Request { kind: Kind::Fetch, ..page(path) }
}

/// A request of a program that is no browser, or of a browser that says nothing.
pub fn bare(path: impl Into<String>) -> Request {
    Request { kind: Kind::Bare, fetch_metadata: false, ..page(path) }
}

impl Request {
    /// The same request with another method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The same request for another path: where a redirect led.
    #[must_use]
    pub fn to(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// What makes the browser send it. Without this it is a page of the application.
    #[must_use]
    pub fn from(mut self, initiator: Initiator) -> Self {
        self.initiator = initiator;
        self
    }

    /// Adds a header, or replaces what a browser would say.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.extra.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a body, and the header `Content-Type`.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", content_type)
    }

    /// As a browser from before Fetch Metadata sends it.
    #[must_use]
    pub fn of_an_old_browser(mut self) -> Self {
        self.fetch_metadata = false;
        self
    }

    /// The same request as a redirect repeats it with another method.
    pub(super) fn without_body(mut self) -> Self {
        self.body = None;
        self.extra.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        self
    }

    /// What `SameSite` makes of the initiator.
    pub(super) fn site_context(&self) -> SiteContext {
        let safe = matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        match self.initiator {
            Initiator::OtherSite if self.kind == Kind::Page && safe => SiteContext::CrossSiteNavigation,
            Initiator::OtherSite => SiteContext::CrossSite,
            Initiator::OwnPage | Initiator::User | Initiator::Sibling => SiteContext::SameSite,
        }
    }

    /// All headers but `Host` and `Cookie`, for an application at `origin`.
    pub(super) fn headers(&self, origin: &Url) -> Vec<(String, Vec<u8>)> {
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
            say("sec-fetch-mode", mode);
            say("sec-fetch-dest", dest);
            say("sec-fetch-site", self.initiator.site());
        }
        if self.kind != Kind::Bare && !matches!(self.method.as_str(), "GET" | "HEAD") {
            say("origin", &self.initiator.origin(origin));
        }
        headers.retain(|(name, _)| !self.extra.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
        headers.extend(self.extra.iter().cloned());
        headers
    }
}

impl Initiator {
    /// `Sec-Fetch-Site`
    fn site(self) -> &'static str {
        match self {
            Self::OwnPage => "same-origin",
            Self::User => "none",
            Self::Sibling => "same-site",
            Self::OtherSite => "cross-site",
        }
    }

    /// `Origin` of what it sends to an application at `own`.
    fn origin(self, own: &Url) -> String {
        let own = own.origin().ascii_serialization();
        match self {
            Self::OwnPage | Self::User => own,
            Self::Sibling => own.replacen("://", "://evil.", 1),
            Self::OtherSite => "https://evil.example".to_owned(),
        }
    }
}
