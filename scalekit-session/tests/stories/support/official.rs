//! The SDK cookie, sealed and opened by an implementation of its own, separate from the one under test.

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use serde_json::Value;
use sha2::Sha256;

pub(crate) const SECRET: &str = "shared, with commas and spaces; 0123456789";

fn cipher(secret: &str) -> Aes256Gcm {
    let mut key = [0; 32];
    let hkdf = Hkdf::<Sha256>::new(Some(b"scalekit-session-v1"), secret.as_bytes());
    hkdf.expand(b"scalekit-encrypted-session", &mut key).unwrap();
    Aes256Gcm::new(&key.into())
}

/// The value that FastAPI or Express would put into `sk_session`.
pub(crate) fn seal(payload: &Value) -> String {
    seal_with(SECRET, 1, &payload.to_string())
}

pub(crate) fn seal_with(secret: &str, version: u8, plaintext: &str) -> String {
    let nonce = [7; 12];
    let ciphertext = cipher(secret).encrypt(&nonce.into(), plaintext.as_bytes()).unwrap();
    URL_SAFE_NO_PAD.encode([&[version][..], &nonce, &ciphertext].concat())
}

/// The session that FastAPI or Express would find in that value.
pub(crate) fn open(value: &str) -> Value {
    assert!(value.len() <= 3800, "{} characters", value.len());
    let bytes = URL_SAFE_NO_PAD.decode(value).unwrap();
    let (version, rest) = bytes.split_at(1);
    let (nonce, ciphertext) = rest.split_at(12);
    assert_eq!(version, [1]);
    let nonce: [u8; 12] = nonce.try_into().unwrap();
    let plaintext = cipher(SECRET).decrypt(&nonce.into(), ciphertext).unwrap();
    serde_json::from_slice(&plaintext).unwrap()
}
