//! A browser-like client, and an application that asks for tokens.
#![allow(dead_code, unreachable_pub, clippy::allow_attributes, reason = "each test file uses another part")]

#[cfg(feature = "grpc")]
pub mod grpc;
#[cfg(feature = "tls")]
pub mod https;
pub mod inbox;

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use scalekit_emulator::{Emulator, EmulatorBuilder, ManualClock};
use serde_json::Value;
use url::Url;

pub const CALLBACK: &str = "http://localhost:3000/auth/callback";
pub const HOME: &str = "http://localhost:3000/";
pub const START: u64 = 1_760_000_000;
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const SCOPE: &str = "openid profile email offline_access";

/// An emulator and the application that uses it.
pub struct Stage {
    pub emulator: Emulator,
    pub clock: ManualClock,
    pub http: Client,
}

pub async fn stage() -> Stage {
    stage_with(|builder| builder).await
}

pub async fn stage_with(configure: impl FnOnce(EmulatorBuilder) -> EmulatorBuilder) -> Stage {
    let clock = ManualClock::at(START);
    let builder =
        Emulator::builder().clock(clock.clone()).redirect_uri(CALLBACK).post_logout_redirect_uri(HOME);
    let emulator = configure(builder).start().await.unwrap();
    Stage { emulator, clock, http: http() }
}

impl Stage {
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.url())
    }

    /// The authorization URL of the default client, with further or changed parameters; an empty value removes one.
    pub fn authorize_url(&self, changes: &[(&str, &str)]) -> String {
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", self.emulator.client_id()),
            ("redirect_uri", CALLBACK),
            ("scope", SCOPE),
            ("state", "st-1"),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        let mut url = Url::parse(&self.at("/oauth/authorize")).unwrap();
        url.query_pairs_mut().extend_pairs(pairs);
        url.into()
    }

    /// Signs in without a browser and returns the code.
    pub fn code(&self, email: &str, changes: &[(&str, &str)]) -> String {
        let callback = self.emulator.authenticate(&self.authorize_url(changes), email).unwrap();
        query(&callback)["code"].clone()
    }

    /// Posts to the token endpoint as the default client.
    pub async fn token(&self, fields: &[(&str, &str)]) -> Response {
        let mut form =
            vec![("client_id", self.emulator.client_id()), ("client_secret", self.emulator.client_secret())];
        form.extend_from_slice(fields);
        self.post("/oauth/token", &form).await.unwrap()
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Response, reqwest::Error> {
        self.http.post(self.at(path)).form(form).send().await
    }

    pub async fn exchange(&self, code: &str) -> Response {
        self.token(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]).await
    }

    pub async fn refresh(&self, token: &str) -> Response {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Signs in and exchanges the code.
    pub async fn sign_in(&self, email: &str) -> Value {
        ok(self.exchange(&self.code(email, &[])).await).await
    }

    /// A token of the default client for the REST API.
    pub async fn management_token(&self) -> String {
        let answer = ok(self.token(&[("grant_type", "client_credentials")]).await).await;
        text(&answer, "access_token").to_owned()
    }

    pub async fn keys(&self) -> Value {
        ok(self.http.get(self.at("/keys")).send().await.unwrap()).await
    }

    pub fn browser(&self) -> Browser {
        Browser { origin: self.emulator.url().to_owned(), http: http(), cookie: None }
    }
}

/// Follows nothing by itself and keeps the one cookie that the emulator sets.
pub struct Browser {
    origin: String,
    http: Client,
    pub cookie: Option<String>,
}

/// A page or a redirect.
pub struct Page {
    pub status: StatusCode,
    pub location: Option<String>,
    pub set_cookie: Option<String>,
    pub html: String,
}

impl Browser {
    pub async fn open(&mut self, url: &str) -> Page {
        let request = self.http.get(url);
        self.send(request).await
    }

    /// Posts a form of `page`, with its hidden field.
    pub async fn submit(&mut self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = vec![("request", page.request())];
        form.extend_from_slice(fields);
        let request = self.http.post(format!("{}{path}", self.origin)).form(&form);
        self.send(request).await
    }

    /// Opens an authorization URL and signs in on the hosted page.
    pub async fn sign_in(&mut self, url: &str, email: &str) -> Page {
        let page = self.open(url).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        self.submit(&page, "/login", &[("email", email)]).await
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Page {
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.send().await.unwrap();
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let set_cookie = header("set-cookie");
        if let Some(set) = &set_cookie {
            self.cookie = (!set.contains("Max-Age=0")).then(|| set.split(';').next().unwrap().to_owned());
        }
        Page {
            status: response.status(),
            location: header("location"),
            set_cookie,
            html: response.text().await.unwrap(),
        }
    }
}

impl Page {
    pub fn request(&self) -> &str {
        self.html
            .split_once(r#"name="request" value=""#)
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(id, _)| id)
            .unwrap_or_else(|| panic!("no form on {} {}", self.status, self.html))
    }

    pub fn callback(&self) -> HashMap<String, String> {
        let location = self
            .location
            .as_deref()
            .unwrap_or_else(|| panic!("no redirect but {} {}", self.status, self.html));
        query(location)
    }
}

pub fn http() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

pub fn query(url: &str) -> HashMap<String, String> {
    Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

pub async fn ok(response: Response) -> Value {
    let status = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The error of an answer with this status.
pub async fn error(response: Response, status: u16) -> String {
    assert_eq!(response.status().as_u16(), status);
    let body: Value = response.json().await.unwrap();
    assert!(body["error_description"].is_string());
    body["error"].as_str().unwrap().to_owned()
}

pub fn text<'a>(response: &'a Value, name: &str) -> &'a str {
    response[name].as_str().unwrap_or_else(|| panic!("no {name} in {response}"))
}

pub fn claims(token: &str) -> Value {
    part(token, 1)
}

pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
