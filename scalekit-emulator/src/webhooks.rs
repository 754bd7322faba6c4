//! Endpoints that want to hear of events, and how what they get is signed.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::faults::WebhookFlaw;

/// An endpoint for events.
#[derive(Clone)]
pub(crate) struct Webhook {
    pub(crate) url: String,
    pub(crate) key: WebhookKey,
}

/// What signs the messages to one endpoint.
#[derive(Clone)]
pub(crate) struct WebhookKey(Vec<u8>);

/// The secret of a webhook endpoint cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("a webhook secret looks like whsec_ and base64")]
#[non_exhaustive]
pub struct WebhookSecretError;

/// The three headers of a message.
#[derive(Debug)]
pub(crate) struct SignedHeaders {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
}

impl Webhook {
    pub(crate) fn new(url: &str, secret: &str) -> Result<Self, WebhookSecretError> {
        Ok(Self { url: url.to_owned(), key: WebhookKey::read(secret)? })
    }
}

impl WebhookKey {
    /// Everything after the first `_`, in either alphabet of base64.
    fn read(secret: &str) -> Result<Self, WebhookSecretError> {
        let (prefix, encoded) = secret.split_once('_').ok_or(WebhookSecretError)?;
        let decoded = STANDARD.decode(encoded).or_else(|_| URL_SAFE.decode(encoded));
        match decoded {
            Ok(key) if prefix == "whsec" && !key.is_empty() => Ok(Self(key)),
            _ => Err(WebhookSecretError),
        }
    }

    /// Signs a message, with the flaws that were asked for.
    pub(crate) fn headers(&self, id: &str, now: u64, body: &str, flaws: &[WebhookFlaw]) -> SignedHeaders {
        let age = flaws.iter().map(|flaw| flaw.age()).sum::<u64>();
        let timestamp = now.saturating_sub(age).to_string();
        let message = format!("{id}.{timestamp}.{body}");
        let stranger = Self(b"the secret of somebody else".to_vec());
        let own = if flaws.contains(&WebhookFlaw::WrongSignature) { &stranger } else { self };
        let own = own.sign(&message);
        let signature = if flaws.contains(&WebhookFlaw::SeveralSignatures) {
            format!("v1a,{} {} {own}", STANDARD.encode([0; 64]), stranger.sign(&message))
        } else {
            own
        };
        SignedHeaders { id: id.to_owned(), timestamp, signature }
    }

    fn sign(&self, message: &str) -> String {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), message.as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("url", &self.url).finish_non_exhaustive()
    }
}

impl fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_c2NhbGVraXQtd2ViaG9vay10ZXN0LXNlY3JldC0zMmI=";

    #[test]
    fn the_known_message_has_the_known_signature() {
        let body = r#"{"spec_version":"1","id":"evt_0000000000000001","type":"user.login"}"#;
        let headers =
            WebhookKey::read(SECRET).unwrap().headers("evt_0000000000000001", 1_735_689_600, body, &[]);
        assert_eq!(headers.timestamp, "1735689600");
        assert_eq!(headers.signature, "v1,uON+XiSAB0nl75Wls0pqV0filgPDQWMoFxL+gWzutjM=");
    }

    #[test]
    fn secrets_that_are_none_are_refused() {
        for secret in ["", "whsec", "whsec_", "whsec_!", "other_c2Vj"] {
            assert!(WebhookKey::read(secret).is_err(), "{secret}");
        }
        assert!(WebhookKey::read("whsec_-_-_").is_ok());
    }
}
