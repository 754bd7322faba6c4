//! Splits a compact JWS into its parts (RFC 7515 §3.1), strictly: each token has only one accepted spelling.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{InvalidToken, VerifyingKey};

/// The longest token that is parsed, in bytes. Scalekit's tokens have one to two thousand bytes.
const MAX_TOKEN: usize = 64 * 1024;

/// The longest key id that is looked up, in bytes (RFC 8725 §3.10).
const MAX_KEY_ID: usize = 256;

/// A token whose header is acceptable. Its signature and its claims are not checked yet.
pub(super) struct Jws<'a> {
    signing_input: &'a [u8],
    payload: &'a str,
    signature: Vec<u8>,
    /// The id of the key that signed the token, as the token says.
    pub(super) key_id: Box<str>,
    /// The header's `typ`.
    pub(super) typ: Option<Box<str>>,
}

impl<'a> Jws<'a> {
    /// Splits `token`, decodes header and signature, and refuses every header but a plain RS256 one.
    pub(super) fn parse(token: &'a str) -> Result<Self, InvalidToken> {
        let Parts { signing_input, header, payload, signature } = Parts::split(token)?;
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| InvalidToken::Malformed)?;
        let algorithm = header.algorithm.ok_or(InvalidToken::Algorithm)?;
        // `none` and unknown names do not parse. HS256 does, and an attacker could sign with the public key as its
        // secret
        if Algorithm::from_str(&algorithm).ok() != Some(Algorithm::RS256) {
            return Err(InvalidToken::Algorithm);
        }
        if header.critical {
            return Err(InvalidToken::CriticalExtension);
        }
        let key_id =
            header.key_id.filter(|id| !id.is_empty() && id.len() <= MAX_KEY_ID).ok_or(InvalidToken::KeyId)?;
        Ok(Self { signing_input, payload, signature: decode(signature)?, key_id, typ: header.typ })
    }

    /// The decoded payload, if `key` has signed the token.
    pub(super) fn verified_payload(&self, key: &VerifyingKey) -> Result<Vec<u8>, InvalidToken> {
        if !key.has_signed(self.signing_input, &self.signature) {
            return Err(InvalidToken::Signature);
        }
        decode(self.payload)
    }
}

/// The decoded payload of a token whose signature is not checked.
pub(crate) fn unverified_payload(token: &str) -> Result<Vec<u8>, InvalidToken> {
    decode(Parts::split(token)?.payload)
}

/// The id of the key that signed the token, as the token says. Its signature is not checked.
pub(crate) fn unverified_key_id(token: &str) -> Option<Box<str>> {
    Jws::parse(token).ok().map(|jws| jws.key_id)
}

struct Parts<'a> {
    signing_input: &'a [u8],
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self, InvalidToken> {
        if token.len() > MAX_TOKEN {
            return Err(InvalidToken::Malformed);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(InvalidToken::Malformed)?;
        let (header, payload) = signing_input
            .split_once('.')
            // an encrypted token has five parts (RFC 7516)
            .filter(|(_, payload)| !payload.contains('.'))
            .ok_or(InvalidToken::Malformed)?;
        Ok(Self { signing_input: signing_input.as_bytes(), header, payload, signature })
    }
}

/// Decodes base64url. Refuses padding, other alphabets, and unused bits that are not zero, so that no token has two
/// spellings.
fn decode(part: &str) -> Result<Vec<u8>, InvalidToken> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| InvalidToken::Malformed)
}

/// The members of a JOSE header that are used. Keys that come with the token (`jku`, `jwk`, `x5u`, `x5c`) are
/// ignored: only published keys are used (RFC 8725 §3.10).
#[derive(Default)]
struct Header {
    algorithm: Option<Box<str>>,
    key_id: Option<Box<str>>,
    typ: Option<Box<str>>,
    critical: bool,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Member {
    Alg,
    Kid,
    Typ,
    Crit,
    #[serde(other)]
    Foreign,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JOSE header")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Header, A::Error> {
        let mut header = Header::default();
        while let Some(member) = members.next_key::<Member>()? {
            match member {
                Member::Alg => once(&mut header.algorithm, "alg", &mut members)?,
                Member::Kid => once(&mut header.key_id, "kid", &mut members)?,
                Member::Typ => once(&mut header.typ, "typ", &mut members)?,
                Member::Crit => {
                    members.next_value::<IgnoredAny>()?;
                    header.critical = true;
                }
                Member::Foreign => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(header)
    }
}

fn once<'de, A: MapAccess<'de>>(
    slot: &mut Option<Box<str>>,
    name: &'static str,
    members: &mut A,
) -> Result<(), A::Error> {
    if slot.replace(members.next_value()?).is_some() {
        return Err(de::Error::duplicate_field(name));
    }
    Ok(())
}
