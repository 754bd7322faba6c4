use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The first key is the same in every process, so that starting takes no time.
///
/// Everybody knows it; it signs for `http://localhost` only.
const DEVELOPMENT_KEY: &[u8] = include_bytes!("development_key.pk8");

/// What happens to the published keys when a new one starts to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// The old keys stay published, and tokens signed by them stay good.
    KeepOld,
    /// Only the new key is published.
    DropOld,
}

/// A key could not be made or could not sign.
#[derive(Debug, thiserror::Error)]
#[error("the cryptography library refused to {attempt}")]
#[non_exhaustive]
pub struct SigningError {
    attempt: &'static str,
}

/// The keys of the environment; the last one signs.
#[derive(Debug)]
pub(crate) struct KeyRing {
    signing: Arc<SigningKey>,
    retired: Vec<Arc<SigningKey>>,
    first: Arc<SigningKey>,
}

impl KeyRing {
    pub(crate) fn development() -> Result<Self, SigningError> {
        let pair = RsaKeyPair::from_pkcs8(DEVELOPMENT_KEY).map_err(|_| failed("read the first key"))?;
        let first = Arc::new(SigningKey::new(pair)?);
        Ok(Self { signing: Arc::clone(&first), retired: Vec::new(), first })
    }

    /// Only the first key is published, and signs.
    pub(crate) fn reset(&mut self) {
        self.signing = Arc::clone(&self.first);
        self.retired.clear();
    }

    pub(crate) fn rotate(&mut self, key: SigningKey, rotation: Rotation) {
        let old = std::mem::replace(&mut self.signing, Arc::new(key));
        match rotation {
            Rotation::KeepOld => self.retired.push(old),
            Rotation::DropOld => self.retired.clear(),
        }
    }

    pub(crate) fn signing(&self) -> Arc<SigningKey> {
        Arc::clone(&self.signing)
    }

    pub(crate) fn jwks(&self) -> Value {
        let keys = self.retired.iter().chain([&self.signing]).map(|key| key.jwk()).collect::<Vec<_>>();
        json!({ "keys": keys })
    }

    /// The claims of a token that one of the published keys signed. Times are not looked at.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = decode(header)?;
        if header.get("alg")? != "RS256" {
            return None;
        }
        let kid = header.get("kid")?.as_str()?;
        let key = self.retired.iter().chain([&self.signing]).find(|key| key.kid == kid)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        PublicKeyComponents { n: &key.modulus, e: &key.exponent }
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
            .ok()?;
        decode(claims)
    }
}

pub(crate) struct SigningKey {
    pair: RsaKeyPair,
    kid: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl SigningKey {
    pub(crate) fn generate() -> Result<Self, SigningError> {
        RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| failed("generate a key")).and_then(Self::new)
    }

    /// RS256, with the header Scalekit writes.
    pub(crate) fn sign(&self, claims: &Value) -> Result<String, SigningError> {
        self.sign_with(&self.header(), claims)
    }

    /// An RS256 signature whatever `header` says.
    pub(crate) fn sign_with(&self, header: &Value, claims: &Value) -> Result<String, SigningError> {
        let signed = signing_input(header, claims);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| failed("sign"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The classic confusion: an HMAC keyed with the public key in PEM form.
    pub(crate) fn sign_hs256(&self, claims: &Value) -> Result<String, SigningError> {
        let der: PublicKeyX509Der<'_> =
            self.pair.public_key().as_der().map_err(|_| failed("encode the public key"))?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, pem(der.as_ref()).as_bytes());
        let mut header = self.header();
        replace(&mut header, "alg", "HS256");
        let signed = signing_input(&header, claims);
        let tag = hmac::sign(&key, signed.as_bytes());
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)))
    }

    /// `alg: none` and an empty signature.
    pub(crate) fn unsigned(&self, claims: &Value) -> String {
        let mut header = self.header();
        replace(&mut header, "alg", "none");
        format!("{}.", signing_input(&header, claims))
    }

    pub(crate) fn header(&self) -> Value {
        json!({ "alg": "RS256", "kid": self.kid, "typ": "JWT" })
    }

    fn new(pair: RsaKeyPair) -> Result<Self, SigningError> {
        let public = pair.public_key().as_ref();
        let (modulus, exponent) = public_components(public).ok_or(failed("read the public key"))?;
        let kid = digest(&SHA256, public)
            .as_ref()
            .iter()
            .take(18)
            .map(|byte| char::from(b'0' + byte % 10))
            .collect::<String>();
        Ok(Self { kid: format!("snk_{kid}"), modulus, exponent, pair })
    }

    fn jwk(&self) -> Value {
        json!({
            "use": "sig",
            "kty": "RSA",
            "kid": self.kid,
            "alg": "RS256",
            "n": URL_SAFE_NO_PAD.encode(&self.modulus),
            "e": URL_SAFE_NO_PAD.encode(&self.exponent),
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// `at_hash` and `c_hash`: the left half of SHA-256.
pub(crate) fn half_hash(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

pub(crate) fn replace(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value.into());
    }
}

fn signing_input(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn decode(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn pem(der: &[u8]) -> String {
    let mut lines = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (at, character) in STANDARD.encode(der).chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push_str("\n-----END PUBLIC KEY-----\n");
    lines
}

/// Reads `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }`.
fn public_components(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (sequence, _) = element(0x30, der)?;
    let (modulus, rest) = element(0x02, sequence)?;
    let (exponent, _) = element(0x02, rest)?;
    Some((unsigned(modulus), unsigned(exponent)))
}

fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..=0x7f => (usize::from(*short), rest),
        long => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let length = bytes
                .iter()
                .try_fold(0_usize, |length, byte| Some(length.checked_mul(256)? + usize::from(*byte)))?;
            (length, rest)
        }
    };
    (*found == tag).then(|| rest.split_at_checked(length))?
}

fn unsigned(integer: &[u8]) -> Vec<u8> {
    integer.iter().copied().skip_while(|byte| *byte == 0).collect()
}

fn failed(attempt: &'static str) -> SigningError {
    SigningError { attempt }
}
