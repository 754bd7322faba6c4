//! The signing keys that Scalekit publishes (RFC 7517), parsed once and shared.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse,
};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// How many keys are kept at most. Scalekit publishes one, and two while it changes keys.
const MAX_KEYS: usize = 32;

/// The accepted sizes of the modulus, in bits (RFC 8725 §3.2, RFC 7518 §3.3).
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The keys that Scalekit publishes, as of one fetch.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    keys: Vec<Arc<VerifyingKey>>,
    /// Ids of keys that an earlier set had and this set has not.
    withdrawn: Vec<Box<str>>,
}

impl KeySet {
    /// Reads a JWK Set. Keys of other kinds and uses are skipped, so that a new kind of key does not make the others
    /// unusable. Of several keys with one id the first counts. A key that `previous` has already is shared with
    /// `previous`, so that [`publishes`](Self::publishes) finds it.
    pub(crate) fn parse(document: &[u8], previous: Option<&Self>) -> Result<Self, KeySetError> {
        let document: Document = serde_json::from_slice(document).map_err(|_| KeySetError::Malformed)?;
        let mut set = Self::default();
        for value in document.keys {
            let Some(key) = serde_json::from_value(value).ok().and_then(|jwk| VerifyingKey::new(&jwk)) else {
                continue;
            };
            if set.keys.len() < MAX_KEYS && set.find(&key.id).is_none() {
                let known =
                    previous.and_then(|previous| previous.find(&key.id)).filter(|known| ***known == key);
                set.keys.push(known.map_or_else(|| Arc::new(key), Arc::clone));
            }
        }
        if set.keys.is_empty() {
            return Err(KeySetError::NoUsableKey);
        }
        if let Some(previous) = previous {
            let gone = previous.keys.iter().map(|key| &key.id).chain(&previous.withdrawn);
            set.withdrawn = gone.filter(|id| set.find(id).is_none()).take(MAX_KEYS).cloned().collect();
        }
        Ok(set)
    }

    /// The key of that id.
    pub(crate) fn find(&self, id: &str) -> Option<&Arc<VerifyingKey>> {
        self.keys.iter().find(|key| &*key.id == id)
    }

    /// Whether this key, the same object in memory, is still published. Then a token that it verified is not verified
    /// again.
    pub(crate) fn publishes(&self, key: &Arc<VerifyingKey>) -> bool {
        self.keys.iter().any(|own| Arc::ptr_eq(own, key))
    }

    /// Whether a key of that id was published before and is not published any more.
    pub(crate) fn withdrew(&self, id: &str) -> bool {
        self.withdrawn.iter().any(|own| &**own == id)
    }
}

/// An RSA public key that checks RS256 signatures.
pub(crate) struct VerifyingKey {
    id: Box<str>,
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
    parsed: ParsedPublicKey,
}

impl VerifyingKey {
    /// Whether `signature` is this key's signature of `message`: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }

    fn new(jwk: &Jwk) -> Option<Self> {
        let id = jwk.common.key_id.as_deref().filter(|id| !id.is_empty())?;
        let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else {
            return None;
        };
        if !signs_with_rs256(&jwk.common) {
            return None;
        }
        let modulus = unsigned(&rsa.n)?;
        let exponent = unsigned(&rsa.e)?;
        // with exponent 1 every message is its own signature; with an even exponent there are no signatures
        let is_odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
        if !MODULUS_BITS.contains(&bits(&modulus)) || !is_odd || *exponent == [1] {
            return None;
        }
        let parsed = RsaPublicKeyComponents { n: &*modulus, e: &*exponent }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .ok()?;
        Some(Self { id: id.into(), modulus, exponent, parsed })
    }
}

/// Keys are equal when they have the same id and the same numbers.
impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        (&self.id, &self.modulus, &self.exponent) == (&other.id, &other.modulus, &other.exponent)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why a fetched document is not a key set that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub(crate) enum KeySetError {
    #[error("the document is not a JWK Set")]
    Malformed,
    #[error("the JWK Set has no RSA signing key of at least 2048 bits")]
    NoUsableKey,
}

/// A JWK Set whose keys are not parsed yet, because a key of an unknown kind must not make the others unreadable.
#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

fn signs_with_rs256(jwk: &CommonParameters) -> bool {
    let for_signatures = matches!(jwk.public_key_use, None | Some(PublicKeyUse::Signature));
    let for_rs256 = matches!(jwk.key_algorithm, None | Some(KeyAlgorithm::RS256));
    let may_verify =
        jwk.key_operations.as_ref().is_none_or(|allowed| allowed.contains(&KeyOperations::Verify));
    for_signatures && for_rs256 && may_verify
}

/// A `Base64urlUInt` (RFC 7518 §2). Some producers write a leading zero byte, which the RFC forbids.
fn unsigned(text: &str) -> Option<Box<[u8]>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let significant: Box<[u8]> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    (!significant.is_empty()).then_some(significant)
}

fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |byte| byte.leading_zeros() as usize);
    number.len() * 8 - unused
}
