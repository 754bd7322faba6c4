//! A browser that asks the application over HTTP.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::request::Builder;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use scalekit_emulator::Emulator;

use super::jar::Jar;
use super::server::Server;

/// A browser: an application to visit, and cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) app: Arc<Server>,
    pub(crate) jar: Jar,
    pub(crate) origin: String,
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A page load of the address bar.
pub(crate) fn navigation(method: &str, path: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document")
        .header("sec-fetch-site", "same-origin")
}

/// A `fetch()` of the application's own script.
pub(crate) fn program(method: &str, path: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(ACCEPT, "application/json")
        .header("sec-fetch-mode", "cors")
        .header("sec-fetch-dest", "empty")
        .header("sec-fetch-site", "same-origin")
}

impl Browser {
    /// Loads a page.
    pub(crate) async fn visit(&mut self, path: &str) -> Answer {
        self.send(navigation("GET", path)).await
    }

    /// Asks as a script does.
    pub(crate) async fn call(&mut self, path: &str) -> Answer {
        self.send(program("GET", path)).await
    }

    /// Sends a request with the cookies, and keeps what the answer sets.
    pub(crate) async fn send(&mut self, request: Builder) -> Answer {
        let answer = self.look(request).await;
        self.keep(&answer);
        answer
    }

    /// Sends a request with the cookies, and forgets what the answer sets: it got lost on its way.
    pub(crate) async fn look(&self, request: Builder) -> Answer {
        Answer::read(self.app.send(self.request(request)).await).await
    }

    /// A request as this browser sends it.
    pub(crate) fn request(&self, request: Builder) -> Request<String> {
        let host = self.origin.split_once("//").map_or("", |(_, host)| host);
        let request = request.header(HOST, host);
        let request = match self.jar.header() {
            Some(cookies) => request.header(COOKIE, cookies),
            None => request,
        };
        request.body(String::new()).unwrap()
    }

    /// Takes the cookies of an answer.
    pub(crate) fn keep(&mut self, answer: &Answer) {
        answer.set_cookies().iter().for_each(|line| self.jar.take(line));
    }

    /// Loads a page, is sent to login, signs in, and says where it ended up.
    pub(crate) async fn log_in(&mut self, emulator: &Emulator, email: &str, path: &str) -> String {
        let refused = self.visit(path).await;
        assert_eq!(refused.status, 303, "{path} asks for a login: {}", refused.body);
        let begun = self.visit(refused.location()).await;
        assert_eq!(begun.status, 303, "the login route goes to Scalekit: {}", begun.body);
        let callback = emulator.authenticate(begun.location(), email).unwrap();
        let callback = callback.strip_prefix(&self.origin).unwrap_or(&callback).to_owned();
        let finished = self.send(navigation("GET", &callback).header("x-from", "scalekit")).await;
        assert_eq!(finished.status, 303, "the callback signs in: {}", finished.body);
        finished.location().to_owned()
    }
}

impl Answer {
    /// Waits for the whole of a response.
    pub(crate) async fn read<B>(response: Response<B>) -> Self
    where
        B: BodyExt<Data = Bytes, Error: std::fmt::Debug>,
    {
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Self { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// The first value of a header, `""` when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// The `Set-Cookie` lines.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
    }

    /// Whether the response is kept from shared caches, once (R24).
    pub(crate) fn is_private(&self) -> bool {
        let no_store = self.header("cache-control").contains("no-store");
        let vary: Vec<_> = self.headers.get_all("vary").iter().collect();
        let cookie =
            |line: &str| line.split(',').filter(|name| name.trim().eq_ignore_ascii_case("cookie")).count();
        no_store && vary.iter().map(|line| cookie(line.to_str().unwrap())).sum::<usize>() == 1
    }
}
