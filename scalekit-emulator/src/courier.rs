use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::deliveries::{DeliveryLog, DeliveryOutcome, Ticket};
use crate::events::{Content, Message};
use crate::faults::WebhookFlaw;
use crate::signing::{SigningKey, replace};
use crate::webhooks::SignedHeaders;

const TIMEOUT: Duration = Duration::from_secs(10);
const AT_ONCE: usize = 16;

/// Takes messages to applications, in the background and once.
#[derive(Debug)]
pub(crate) struct Courier {
    pub(crate) log: Arc<DeliveryLog>,
    http: reqwest::Client,
    runtime: Handle,
    slots: Arc<Semaphore>,
}

impl Courier {
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            // A kept connection may be closed by the application just when it is used again.
            .pool_max_idle_per_host(0)
            .build()?;
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        Ok(Self { log: Arc::default(), http, runtime: Handle::current(), slots })
    }

    pub(crate) fn take(&self, message: Message, issuer: &str, key: &SigningKey, flaws: &[WebhookFlaw]) {
        match message.content {
            Content::LogoutToken(mut claims) => {
                replace(&mut claims, "iss", issuer);
                let body = logout_token(key, &claims).map(|token| format!("logout_token={token}"));
                let ticket = self.log.begin(
                    message.id,
                    message.kind,
                    message.url.clone(),
                    body.clone().unwrap_or_default(),
                );
                match body {
                    Some(body) => self.post(ticket, &message.url, form(), body),
                    None => ticket.settle(DeliveryOutcome::Failed("the key cannot sign".to_owned())),
                }
            }
            Content::Event { body, key } => {
                let copies = if flaws.contains(&WebhookFlaw::Duplicate) { 2 } else { 1 };
                for _ in 0..copies {
                    let headers = json(&key.headers(&message.id, message.at / 1000, &body, flaws));
                    let ticket =
                        self.log.begin(message.id.clone(), message.kind, message.url.clone(), body.clone());
                    self.post(ticket, &message.url, headers, body.clone());
                }
            }
        }
    }

    fn post(&self, ticket: Ticket, url: &str, headers: HeaderMap, body: String) {
        let request = self.http.post(url).headers(headers).body(body);
        let slots = Arc::clone(&self.slots);
        self.runtime.spawn(async move {
            // Nobody closes the semaphore; without a slot there would only be less order.
            let _slot = slots.acquire().await;
            ticket.settle(match request.send().await {
                Ok(response) => DeliveryOutcome::Answered(response.status().as_u16()),
                Err(error) => DeliveryOutcome::Failed(error.to_string()),
            });
        });
    }
}

fn logout_token(key: &SigningKey, claims: &Value) -> Option<String> {
    let mut header = key.header();
    replace(&mut header, "typ", "logout+jwt");
    key.sign_with(&header, claims).ok()
}

fn form() -> HeaderMap {
    content_type("application/x-www-form-urlencoded")
}

fn json(signed: &SignedHeaders) -> HeaderMap {
    let mut headers = content_type("application/json");
    for (name, value) in [
        ("webhook-id", &signed.id),
        ("webhook-timestamp", &signed.timestamp),
        ("webhook-signature", &signed.signature),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
}

fn content_type(value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))])
}
