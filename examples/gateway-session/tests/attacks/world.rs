//! The gateway that signs headers, and the application in each framework behind it.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway_session::apps::{FRAMEWORKS, serve};
use gateway_session::{GatewaySessions, HEADER};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method};
use scalekit_session::testing::ManualClock;
use scalekit_session::{Clock, Timestamp};
use serde_json::{Value, json};
use tokio::sync::oneshot;

pub(crate) const KEY: &[u8] = b"the key that gateway and application share";
pub(crate) const AUDIENCE: &str = "notes";
pub(crate) const ORIGIN: &str = "https://notes.example";

/// What the clock of every application shows at first, in seconds.
pub(crate) const NOW: u64 = 1_760_000_000;

/// The claims of a genuine header.
pub(crate) fn claims() -> Value {
    claims_at(NOW, NOW + 60)
}

/// The claims of a header with other times.
pub(crate) fn claims_at(issued_at: u64, expires_at: u64) -> Value {
    json!({
        "iss": "https://gateway.example", "aud": AUDIENCE, "sub": "usr_1",
        "iat": issued_at, "exp": expires_at, "roles": ["member"],
    })
}

/// The claims of a genuine header with one of them changed; `null` removes the claim.
pub(crate) fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    claims
}

/// A header value as the gateway makes it, of any text.
pub(crate) fn sign(key: &[u8], claims: impl ToString) -> String {
    let signed = URL_SAFE_NO_PAD.encode(claims.to_string());
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
}

/// A header value as the gateway makes it.
pub(crate) fn genuine() -> String {
    sign(KEY, claims())
}

/// The application in one framework.
pub(crate) struct App {
    pub(crate) framework: &'static str,
    address: String,
    client: Client,
}

/// The application in every framework. They share a clock.
pub(crate) async fn apps() -> (Vec<App>, ManualClock) {
    let clock = ManualClock::at(Timestamp::from_secs(NOW));
    let client = Client::builder().no_proxy().build().unwrap();
    let mut apps = Vec::new();
    for framework in FRAMEWORKS {
        let manager = Arc::new(manager(clock.clone()));
        let (tell, address) = oneshot::channel();
        tokio::spawn(serve(framework, manager, 0, |address| tell.send(address).unwrap()));
        let address = format!("http://{}", address.await.unwrap());
        apps.push(App { framework, address, client: client.clone() });
    }
    (apps, clock)
}

pub(crate) fn manager(clock: impl Clock) -> GatewaySessions {
    GatewaySessions::new(KEY, AUDIENCE, ORIGIN, clock).unwrap()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    headers: HeaderMap,
}

impl App {
    /// Sends a request with these header lines, in this order.
    pub(crate) async fn send(&self, method: Method, path: &str, lines: &[(&'static str, &[u8])]) -> Answer {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
        }
        let request = self.client.request(method, format!("{}{path}", self.address)).headers(headers);
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer { status, headers, body: response.text().await.unwrap() };
        assert!(!answer.headers.contains_key("set-cookie"), "{}: {answer:?}", self.framework);
        answer
    }

    /// Sends `GET` with the gateway's header.
    pub(crate) async fn get(&self, path: &str, header: &str) -> Answer {
        self.send(Method::GET, path, &[(HEADER, header.as_bytes())]).await
    }
}

impl Answer {
    /// Empty when the header is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `code` of the problem document.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        problem["code"].as_str().unwrap().to_owned()
    }

    /// Asserts that the request had no session, and that no cache may keep the answer.
    pub(crate) fn assert_anonymous(&self, context: &str) {
        assert_eq!((self.status, self.code().as_str()), (401, "login_required"), "{context}");
        self.assert_private(context);
    }

    pub(crate) fn assert_private(&self, context: &str) {
        assert_eq!(self.header("cache-control"), "private, no-store", "{context}");
        assert_eq!(self.header("vary"), "Cookie", "{context}");
    }
}
