//! [`SigningKey`]: signs tokens as Scalekit does, with keys that this repository contains.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// An RSA key for tests. Security: the private key is public, so an attacker can sign with it. Never let an
/// application with real users accept it.
#[derive(Debug)]
pub struct SigningKey {
    pair: RsaKeyPair,
    modulus: &'static str,
}

impl SigningKey {
    /// The key that tests sign with.
    ///
    /// # Panics
    /// Never: the key is part of this crate.
    #[must_use]
    pub fn development() -> Self {
        Self::load(include_bytes!("development_key.p8"), include_str!("development_modulus.txt"))
    }

    /// Another key, for tests of key changes and of forged tokens.
    ///
    /// # Panics
    /// Never: the key is part of this crate.
    #[must_use]
    pub fn successor() -> Self {
        Self::load(include_bytes!("successor_key.p8"), include_str!("successor_modulus.txt"))
    }

    /// A compact JWS (RFC 7515 §3.1) of `header` and `claims`. Both are signed as they are, also when they are not
    /// valid JSON.
    ///
    /// # Panics
    /// When the crypto library refuses to sign.
    #[must_use]
    pub fn sign(&self, header: &str, claims: &str) -> String {
        self.sign_encoded(&URL_SAFE_NO_PAD.encode(header), &URL_SAFE_NO_PAD.encode(claims))
    }

    /// A compact JWS of parts that are encoded already. They are signed as they are, also when they are not valid
    /// base64url.
    ///
    /// # Panics
    /// When the crypto library refuses to sign.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test cannot go on without a signature")]
    pub fn sign_encoded(&self, header: &str, claims: &str) -> String {
        let message = format!("{header}.{claims}");
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .expect("an RSA key of 2048 bits signs");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The public key as a JWK (RFC 7517 §4) with the key id `kid`.
    #[must_use]
    pub fn jwk(&self, kid: &str) -> String {
        let modulus = self.modulus.trim();
        format!(r#"{{"use":"sig","kty":"RSA","kid":"{kid}","alg":"RS256","n":"{modulus}","e":"AQAB"}}"#)
    }

    /// A JWK Set (RFC 7517 §5) that holds this key and no other.
    #[must_use]
    pub fn jwks(&self, kid: &str) -> String {
        format!(r#"{{"keys":[{}]}}"#, self.jwk(kid))
    }

    #[expect(clippy::expect_used, reason = "the key is part of this crate")]
    fn load(pkcs8: &[u8], modulus: &'static str) -> Self {
        Self { pair: RsaKeyPair::from_pkcs8(pkcs8).expect("the key is part of this crate"), modulus }
    }
}
