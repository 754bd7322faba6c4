//! [`Browser`]: keeps cookies, and says whether it loads a page or runs a script.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{COOKIE, HOST, HeaderMap, LOCATION, ORIGIN as ORIGIN_HEADER, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use scalekit_emulator::Emulator;
use serde_json::Value;

use super::program::{ORIGIN, Program};

/// Loads a page.
pub(crate) const NAVIGATE: [(&str, &str); 3] =
    [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("accept", "text/html")];
/// Runs `fetch` in a page.
pub(crate) const FETCH: [(&str, &str); 3] =
    [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"), ("accept", "*/*")];

pub(crate) struct Browser {
    address: String,
    client: Client,
    /// Name and value of every cookie.
    pub(crate) jar: BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    headers: HeaderMap,
}

impl Browser {
    pub(crate) fn of(program: &Program) -> Self {
        let client = Client::builder().redirect(Policy::none()).no_proxy().timeout(Duration::from_secs(60));
        Self { address: program.address().to_owned(), client: client.build().unwrap(), jar: BTreeMap::new() }
    }

    /// Loads a page, as typed into the address bar. Redirects are not followed.
    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, NAVIGATE, "none", None).await
    }

    /// Asks as a script of the application's own page does.
    pub(crate) async fn fetch(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, FETCH, "same-origin", None).await
    }

    /// Sends a form without fields, of a page of the application.
    pub(crate) async fn submit(&mut self, path: &str) -> Answer {
        self.send(Method::POST, path, NAVIGATE, "same-origin", None).await
    }

    /// From the login route to wherever it leads, by way of the emulator. Returns that path.
    pub(crate) async fn sign_in(&mut self, emulator: &Emulator, login: &str, email: &str) -> String {
        let begun = self.open(login).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        let callback = emulator.authenticate(begun.header("location"), email).unwrap();
        let landed = self.open(callback.strip_prefix(ORIGIN).unwrap()).await;
        assert_eq!(landed.status, 303, "{}", landed.body);
        landed.header(LOCATION.as_str()).to_owned()
    }

    /// Any request; `site` is what `Sec-Fetch-Site` says of the page that sends it.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        kind: [(&str, &str); 3],
        site: &str,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.address))
            .header(HOST, ORIGIN.trim_start_matches("http://"))
            .header("sec-fetch-site", site);
        for (name, value) in kind {
            request = request.header(name, value);
        }
        if method != Method::GET {
            let origin = if site == "same-origin" { ORIGIN } else { "http://evil.example" };
            request = request.header(ORIGIN_HEADER, origin);
        }
        if !self.jar.is_empty() {
            let pairs = self.jar.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(COOKIE, pairs.collect::<Vec<_>>().join("; "));
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for line in headers.get_all(SET_COOKIE) {
            self.store(line.to_str().unwrap());
        }
        Answer { status, headers, body: response.text().await.unwrap() }
    }

    fn store(&mut self, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').unwrap();
        assert!(attributes.contains("HttpOnly"), "{attributes}");
        if attributes.contains("Max-Age=0") {
            self.jar.remove(name);
        } else {
            self.jar.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Answer {
    /// Empty when the header is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What problem JSON calls the problem.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        problem.get("code").and_then(Value::as_str).unwrap().to_owned()
    }
}
