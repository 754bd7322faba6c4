//! A browser: a jar, an origin it believes to visit, and the instance it is connected to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::header::{COOKIE, HOST, HeaderMap, HeaderName, HeaderValue};
use scalekit_emulator::{Emulator, ManualClock};
use url::Url;

use crate::answer::Answer;
use crate::jar::Jar;
use crate::layout::Layout;
use crate::request::{Initiator, Request, fetch, page};
use crate::slow::Wait;
use crate::soon::soon;
use crate::transcript::{Transcript, excerpt};

/// Clones share the jar: tabs of one browser.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) layout: Layout,
    pub(crate) origin: Url,
    pub(crate) address: SocketAddr,
    pub(crate) client: reqwest::Client,
    pub(crate) clock: ManualClock,
    pub(crate) transcript: Transcript,
    pub(crate) jar: Arc<Mutex<Jar>>,
}

impl Browser {
    /// Another tab, whose requests go to another instance.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    /// Another browser with a copy of the cookies: a thief's, or a profile that was restored.
    pub(crate) fn copy(&self) -> Self {
        let jar = Arc::new(Mutex::new(self.jar().clone()));
        Self { jar, ..self.clone() }
    }

    /// Loads a page of the site.
    pub(crate) async fn visit(&self, path: &str) -> Answer {
        self.send(page(path)).await
    }

    /// Asks as a script of the site does.
    pub(crate) async fn call(&self, path: &str) -> Answer {
        self.send(fetch(path)).await
    }

    /// Sends a request with the cookies, and keeps what the answer sets.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let answer = self.look(request).await;
        self.keep(&answer);
        answer
    }

    /// Sends a request with the cookies. What the answer sets is still on its way: see [`keep`](Self::keep).
    pub(crate) async fn look(&self, request: Request) -> Answer {
        let headers = self.headers(&request);
        self.exchange(request, headers, None).await
    }

    /// The same with a body that ends when the wait does.
    pub(crate) async fn look_slowly(&self, request: Request, wait: Wait) -> Answer {
        let headers = self.headers(&request);
        self.exchange(request, headers, Some(reqwest::Body::wrap(wait))).await
    }

    /// The head of a response that goes on, the first piece of its body, and the rest.
    pub(crate) async fn begin_stream(&self, path: &str) -> (Answer, String, reqwest::Response) {
        let request = fetch(path);
        let url = format!("http://{}{path}", self.address);
        let response = self.client.get(url).headers(self.headers(&request)).send();
        let mut response = soon(response).await.unwrap();
        let first = soon(response.chunk()).await.unwrap().unwrap_or_default();
        let first = String::from_utf8_lossy(&first).into_owned();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (Answer { status, headers, body: String::new(), of: format!("GET {path}") }, first, response)
    }

    /// An answer arrives: its cookies go into the jar.
    pub(crate) fn keep(&self, answer: &Answer) {
        for line in answer.set_cookies() {
            let taken = self.take(line);
            assert!(taken.is_ok(), "{}: a browser ignores the cookie that was set: {taken:?}", answer.of);
        }
    }

    /// Takes a `Set-Cookie` line as if the application had sent it.
    pub(crate) fn take(&self, line: &str) -> Result<(), &'static str> {
        self.jar().take(&self.origin, line, self.now())
    }

    /// Takes a `Set-Cookie` line of another host.
    pub(crate) fn take_from(&self, url: &str, line: &str) -> Result<(), &'static str> {
        let url = Url::parse(url).unwrap();
        self.jar().take(&url, line, self.now())
    }

    pub(crate) fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.jar().names(self.now())
    }

    /// What it would send to a path of the application.
    pub(crate) fn cookies(&self, path: &str) -> String {
        let url = self.origin.join(path).unwrap();
        self.jar().header(&url, page(path).context(), self.now()).unwrap_or_default()
    }

    /// Asks for a page, is sent to login, signs in, and says where it ended up.
    pub(crate) async fn log_in(&self, emulator: &Emulator, email: &str, path: &str) -> String {
        let refused = self.open(path).await;
        assert_eq!(refused.status, 303, "{path} sends strangers to login");
        let login = refused.location().to_owned();
        self.finish_login(emulator, email, &login).await.location().to_owned()
    }

    /// From the login route, over the hosted pages, to the answer of the callback.
    pub(crate) async fn finish_login(&self, emulator: &Emulator, email: &str, login: &str) -> Answer {
        let begun = self.visit(login).await;
        assert_eq!(begun.status, 303, "the login route goes to Scalekit");
        let callback = self.hosted_pages(emulator, email, &begun);
        self.come_back(&callback).await
    }

    /// What happens at Scalekit's pages: the path of the callback.
    pub(crate) fn hosted_pages(&self, emulator: &Emulator, email: &str, begun: &Answer) -> String {
        let callback = emulator.authenticate(begun.location(), email).unwrap();
        let callback = Url::parse(&callback).unwrap();
        assert_eq!(callback.origin(), self.origin.origin(), "the callback is the application's");
        format!("{}?{}", callback.path(), callback.query().unwrap_or_default())
    }

    /// Loads a page because another site redirected there.
    pub(crate) async fn come_back(&self, path: &str) -> Answer {
        self.send(page(path).from(Initiator::OtherSite)).await
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.now() / 1000
    }

    /// The headers with which a request leaves, cookies included.
    pub(crate) fn headers(&self, request: &Request) -> HeaderMap {
        let origin = self.origin.origin().ascii_serialization();
        let mut headers = HeaderMap::new();
        let host = origin.split_once("//").map_or("", |(_, host)| host);
        for (name, value) in request.headers(&origin) {
            let name = HeaderName::try_from(name).unwrap();
            headers.append(name, HeaderValue::from_bytes(&value).unwrap());
        }
        headers.entry(HOST).or_insert_with(|| HeaderValue::from_str(host).unwrap());
        if !headers.contains_key(COOKIE) {
            let url = self.origin.join(&request.path).unwrap();
            if let Some(cookies) = self.jar().header(&url, request.context(), self.now()) {
                headers.insert(COOKIE, HeaderValue::from_str(&cookies).unwrap());
            }
        }
        headers
    }

    async fn exchange(&self, request: Request, headers: HeaderMap, body: Option<reqwest::Body>) -> Answer {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap();
        let cookies = headers.get(COOKIE).map_or_else(String::new, |value| format!("{value:?}"));
        let of = format!("{} {}", request.method, request.path);
        let mut sending =
            self.client.request(method, format!("http://{}{}", self.address, request.path)).headers(headers);
        if let Some(body) = body {
            sending = sending.body(body);
        }
        let response = sending.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.unwrap();
        let answer = Answer { status, headers, body, of };
        self.transcript.note(&format!("→ {}  cookie: {cookies}", answer.of));
        self.transcript.note(&format!("← {status} {}  {}", headers_of(&answer), excerpt(&answer.body)));
        assert_no_token(&answer);
        answer
    }
}

fn headers_of(answer: &Answer) -> String {
    let told = ["location", "retry-after", "cache-control", "vary", "set-cookie"];
    let lines = told.iter().flat_map(|name| {
        answer
            .headers
            .get_all(*name)
            .iter()
            .map(move |value| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
    });
    lines.collect::<Vec<_>>().join(" | ")
}

/// R46: no answer shows a token, but for the hint that a logout carries to Scalekit.
fn assert_no_token(answer: &Answer) {
    // Header and claims are objects, so both begin with `{"`.
    let looks_like_one = |text: &str| text.contains(".eyJ");
    let location = answer.location();
    let hint = location.contains("id_token_hint=");
    assert!(!looks_like_one(&answer.body), "{}: the body shows a token", answer.of);
    assert!(hint || !looks_like_one(location), "{}: the redirect shows a token", answer.of);
}
