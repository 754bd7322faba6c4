//! A browser as far as HTTP goes: it keeps cookies, and says whether it loads a page or runs a script.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::Value;

use crate::workspace::Workspace;

pub(crate) struct Visitor<'a> {
    workspace: &'a Workspace,
    client: Client,
    jar: BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl<'a> Visitor<'a> {
    pub(crate) fn to(workspace: &'a Workspace) -> Self {
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Self { workspace, client, jar: BTreeMap::new() }
    }

    /// Loads a page, as typed into the address bar. Redirects are not followed.
    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        let headers = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-site", "none"),
            ("accept", "text/html"),
        ];
        self.send(Method::GET, path, &headers).await
    }

    /// Asks as a script of the application's own page does.
    pub(crate) async fn fetch(&mut self, path: &str) -> Answer {
        let headers = [
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-site", "same-origin"),
            ("accept", "*/*"),
        ];
        self.send(Method::GET, path, &headers).await
    }

    /// Sends a form of a page of the site that `sec-fetch-site` names.
    pub(crate) async fn submit(&mut self, path: &str, site: &str) -> Answer {
        let headers = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-site", site),
            ("accept", "text/html"),
        ];
        self.send(Method::POST, path, &headers).await
    }

    /// From the login route to wherever it leads, by way of the emulator. Returns that place.
    pub(crate) async fn sign_in(&mut self, login: &str, email: &str) -> String {
        let begun = self.open(login).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        let callback = self.workspace.emulator.authenticate(begun.location(), email).unwrap();
        let path = callback.strip_prefix(&self.workspace.at("")).unwrap();
        let landed = self.open(path).await;
        assert_eq!(landed.status, 303, "{}", landed.body);
        landed.location().to_owned()
    }

    pub(crate) fn cookies(&self) -> &BTreeMap<String, String> {
        &self.jar
    }

    async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let cookies = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let request = self.client.request(method, self.workspace.at(path));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) };
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for line in headers.get_all(SET_COOKIE) {
            self.store(line.to_str().unwrap());
        }
        Answer { status, headers, body: response.text().await.unwrap() }
    }

    /// Refuses what a browser would refuse: a browser says nothing, a test does (R14).
    fn store(&mut self, line: &str) {
        assert!(line.len() <= 4096, "a Set-Cookie line of {} bytes", line.len());
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').unwrap();
        assert!(
            attributes.contains("HttpOnly")
                && attributes.contains("Path=/")
                && attributes.contains("SameSite=Lax"),
            "{attributes}"
        );
        if attributes.contains("Max-Age=0") {
            self.jar.remove(name);
        } else {
            self.jar.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// Empty when the header is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn sets_cookies(&self) -> bool {
        self.headers.contains_key(SET_COOKIE)
    }
}
