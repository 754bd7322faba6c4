//! A browser for tests that talk HTTP: it keeps cookies, says where a request comes from, and follows redirects on demand.
//!
//! [`Browser`] visits an application that listens on this machine, and believes to see it at its public origin.
//! [`page`], [`form`], [`fetch`] and [`bare`] make the [`Request`]s that it sends; an [`Answer`] is what comes back. Its
//! [`Jar`] can be used without it.
//!
//! Where a real browser would say nothing, this one fails the test: it panics when the application cannot be reached, when
//! it sets a cookie that browsers ignore, and when redirects do not end.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::header::{COOKIE, HOST, HeaderMap, HeaderName, HeaderValue};
use scalekit_emulator::{Clock, SystemClock};
use url::Url;

pub use self::answer::Answer;
pub use self::jar::{Ignored, Jar, SiteContext};
pub use self::request::{Initiator, Request, bare, fetch, form, page};
pub use self::transcript::Transcript;
use self::transcript::excerpt;

mod answer;
mod jar;
mod login;
mod redirect;
mod request;
mod transcript;

/// What browsers follow before they give up (Fetch, HTTP-redirect fetch, step 7).
const MOST_REDIRECTS: usize = 20;

/// A browser at one application.
///
/// It knows the application by its *origin*, for example `https://app.test`: cookies, `Host` and `Origin` are as they would
/// be there. It connects to the *address* at which the application listens, over plain HTTP, as a proxy would that ends
/// TLS.
///
/// Clones share their cookies: they are tabs of one browser. [`fresh`](Self::fresh) is another browser,
/// [`copy`](Self::copy) another one with the same cookies. It works on a tokio runtime.
///
/// ```
/// use axum::Router;
/// use axum::http::{HeaderMap, StatusCode};
/// use axum::response::Redirect;
/// use axum::routing::get;
/// use scalekit_conformance::browser::{Browser, page};
/// use tokio::net::TcpListener;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let app = Router::new()
///     .route("/", get(async || ([("set-cookie", "__Host-theme=dark; Path=/; Secure")], "welcome")))
///     .route("/old", get(async || Redirect::to("/cookies")))
///     .route("/cookies", get(async |headers: HeaderMap| headers["cookie"].to_str().unwrap().to_owned()));
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let address = listener.local_addr()?;
/// tokio::spawn(async move { axum::serve(listener, app).await });
///
/// let browser = Browser::new("https://app.test", address);
/// assert_eq!(browser.visit("/").await.says(), (200, "welcome"));
/// assert_eq!(browser.names(), ["__Host-theme"]);
/// assert_eq!(browser.visit("/old").await.leads(), (303, "/cookies"));
/// assert_eq!(browser.follow_redirects(page("/old")).await.says(), (200, "__Host-theme=dark"));
/// assert!(browser.fresh().names().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Browser {
    pub(crate) origin: Url,
    address: SocketAddr,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    transcript: Transcript,
    check: Option<fn(&Answer)>,
    jar: Arc<Mutex<Jar>>,
}

/// How a browser comes to be.
impl Browser {
    /// A browser without cookies, for the application at `origin` that listens at `address`.
    ///
    /// # Panics
    ///
    /// When `origin` is no absolute URL.
    #[must_use]
    pub fn new(origin: &str, address: SocketAddr) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            origin: Url::parse(origin).expect("an origin is an absolute URL"),
            address,
            client: client.http1_only().no_proxy().build().unwrap(),
            clock: Arc::new(SystemClock::default()),
            transcript: Transcript::default(),
            check: None,
            jar: Arc::default(),
        }
    }

    /// By which clock cookies expire. Without this it is the clock of the machine.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where requests and answers are written down. Browsers may share one.
    #[must_use]
    pub fn transcript(mut self, transcript: Transcript) -> Self {
        self.transcript = transcript;
        self
    }

    /// What every answer is checked for. A check that panics fails the test.
    #[must_use]
    pub fn check(mut self, check: fn(&Answer)) -> Self {
        self.check = Some(check);
        self
    }

    /// Another browser without cookies; everything else is the same.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self { jar: Arc::default(), ..self.clone() }
    }

    /// Another browser with a copy of the cookies: a thief's, or a profile that was restored.
    #[must_use]
    pub fn copy(&self) -> Self {
        let jar = Arc::new(Mutex::new(self.jar().clone()));
        Self { jar, ..self.clone() }
    }

    /// Another tab, whose requests go to another instance of the application.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }
}

/// Requests. Each panics when the application does not answer.
impl Browser {
    /// Loads a page of the site. Redirects are not followed.
    pub async fn visit(&self, path: &str) -> Answer {
        self.send(page(path)).await
    }

    /// Asks as a script of the site does, with `fetch()`. Redirects are not followed.
    pub async fn call(&self, path: &str) -> Answer {
        self.send(fetch(path)).await
    }

    /// Sends a request with the cookies, and keeps what the answer sets. Redirects are not followed.
    ///
    /// # Panics
    ///
    /// When the application does not answer, or sets a cookie that browsers ignore.
    pub async fn send(&self, request: Request) -> Answer {
        let answer = self.look(request).await;
        self.keep(&answer);
        answer
    }

    /// Sends a request and follows redirects within the origin. Ends with an answer that leads nowhere, or elsewhere.
    ///
    /// # Panics
    ///
    /// As [`send`](Self::send), and after twenty redirects, where browsers give up.
    pub async fn follow_redirects(&self, mut request: Request) -> Answer {
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.send(request.clone()).await;
            match redirect::next(&request, &answer, &self.origin) {
                Some(next) => request = next,
                None => return answer,
            }
        }
        panic!("{} {} comes after {MOST_REDIRECTS} redirects", request.method, request.path);
    }

    /// Sends a request with the cookies. What the answer sets is still on its way: see [`keep`](Self::keep).
    ///
    /// # Panics
    ///
    /// When the application does not answer.
    pub async fn look(&self, request: Request) -> Answer {
        let sending = self.prepare(&request);
        let sending = match &request.body {
            Some(body) => sending.body(body.clone()),
            None => sending,
        };
        self.exchange(&request, sending).await
    }

    /// An answer arrives: its cookies go into the jar.
    ///
    /// # Panics
    ///
    /// When browsers would ignore one of its cookies.
    pub fn keep(&self, answer: &Answer) {
        for line in answer.set_cookies() {
            if let Err(why) = self.take(line) {
                panic!("{}: a browser ignores the cookie that was set: {why}", answer.of);
            }
        }
    }

    /// The request as it leaves, without its body.
    pub(crate) fn prepare(&self, request: &Request) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap();
        let url = format!("http://{}{}", self.address, request.path);
        self.client.request(method, url).headers(self.headers(request))
    }

    /// Sends what was prepared, and reads the answer to its end.
    pub(crate) async fn exchange(&self, request: &Request, sending: reqwest::RequestBuilder) -> Answer {
        let (client, sending) = sending.build_split();
        let sending = sending.unwrap();
        let cookies = sending.headers().get(COOKIE).map_or_else(String::new, |value| format!("{value:?}"));
        let response = client.execute(sending).await.unwrap();
        let mut answer = Answer::head(request, &response);
        answer.body = response.text().await.unwrap();
        self.transcript.note(&format!("→ {}  cookie: {cookies}", answer.of));
        self.transcript.note(&format!(
            "← {} {}  {}",
            answer.status,
            answer.headline(),
            excerpt(&answer.body)
        ));
        if let Some(check) = self.check {
            check(&answer);
        }
        answer
    }

    /// The headers with which a request leaves, cookies included.
    pub(crate) fn headers(&self, request: &Request) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers(&self.origin) {
            let name = HeaderName::try_from(name).unwrap();
            headers.append(name, HeaderValue::from_bytes(&value).unwrap());
        }
        let origin = self.origin();
        let host = origin.split_once("//").map_or("", |(_, host)| host);
        headers.entry(HOST).or_insert_with(|| HeaderValue::from_str(host).unwrap());
        if !headers.contains_key(COOKIE) {
            let url = self.url(&request.path);
            if let Some(cookies) = self.jar().header(&url, request.site_context(), self.now()) {
                headers.insert(COOKIE, HeaderValue::from_str(&cookies).unwrap());
            }
        }
        headers
    }
}

/// What it has and knows.
impl Browser {
    /// The cookies. No request leaves while the guard is held.
    pub fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names of its cookies, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.jar().names(self.now())
    }

    /// The `Cookie` header that a page load of the site would carry to a path of the application; `""` for none.
    #[must_use]
    pub fn cookies(&self, path: &str) -> String {
        let url = self.url(path);
        self.jar().header(&url, page(path).site_context(), self.now()).unwrap_or_default()
    }

    /// Takes a `Set-Cookie` line as if the application had sent it.
    ///
    /// # Errors
    ///
    /// Why browsers ignore the cookie.
    pub fn take(&self, line: &str) -> Result<(), Ignored> {
        self.jar().take(self.origin.as_str(), line, self.now())
    }

    /// Takes a `Set-Cookie` line of another host, for example of another one of the same site.
    ///
    /// # Errors
    ///
    /// Why browsers ignore the cookie.
    ///
    /// # Panics
    ///
    /// When `url` is no absolute URL.
    pub fn take_from(&self, url: &str, line: &str) -> Result<(), Ignored> {
        self.jar().take(url, line, self.now())
    }

    /// Where it believes the application to be, for example `https://app.test`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.origin.origin().ascii_serialization()
    }

    /// What its clock says, in seconds since the Unix epoch.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.clock.now() / 1000
    }

    fn url(&self, path: &str) -> String {
        self.origin.join(path).expect("a path of the application").into()
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser")
            .field("origin", &self.origin())
            .field("address", &self.address)
            .field("cookies", &self.names())
            .finish_non_exhaustive()
    }
}
