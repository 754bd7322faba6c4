//! Reads the claims of a JWT (RFC 7519 §4): each registered claim with its type, each name at most once.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::InvalidToken;
use crate::clock::Timestamp;

/// The claims of one token as they are written, before any rule is applied.
#[derive(Debug, Default)]
pub(crate) struct ClaimSet {
    pub(crate) iss: Claim<Box<str>>,
    pub(crate) sub: Claim<Box<str>>,
    pub(crate) aud: Claim<Names>,
    pub(crate) exp: Claim<u64>,
    pub(crate) iat: Claim<u64>,
    pub(crate) nbf: Claim<u64>,
    pub(crate) jti: Claim<Box<str>>,
    pub(crate) sid: Claim<Box<str>>,
    pub(crate) oid: Claim<Box<str>>,
    pub(crate) xoid: Claim<Box<str>>,
    pub(crate) xuid: Claim<Box<str>>,
    pub(crate) client_id: Claim<Box<str>>,
    pub(crate) azp: Claim<Box<str>>,
    pub(crate) nonce: Claim<Box<str>>,
    pub(crate) at_hash: Claim<Box<str>>,
    pub(crate) roles: Claim<Names>,
    pub(crate) permissions: Claim<Names>,
    pub(crate) scope: Claim<Names>,
    pub(crate) scopes: Claim<Names>,
    pub(crate) other: Map<String, Value>,
}

impl ClaimSet {
    /// Reads the JSON object of a payload.
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, InvalidToken> {
        serde_json::from_slice(payload).map_err(|_| InvalidToken::Malformed)
    }

    /// `exp`, which every kind of token carries.
    pub(crate) fn expires_at(&self) -> Result<Timestamp, InvalidToken> {
        self.exp.get().copied().map(Timestamp::from_secs).ok_or(InvalidToken::Missing("exp"))
    }

    /// `iat`, which every kind of token carries. The life of a token is `exp` minus `iat` (R13).
    pub(crate) fn issued_at(&self) -> Result<Timestamp, InvalidToken> {
        self.iat.get().copied().map(Timestamp::from_secs).ok_or(InvalidToken::Missing("iat"))
    }

    /// Whether the token has a claim of that name that is not `null`, among the claims without a field here.
    pub(super) fn has_other(&self, name: &str) -> bool {
        self.other.get(name).is_some_and(|value| !value.is_null())
    }
}

/// A claim that may occur once. JSON's `null` counts as absent.
#[derive(Debug)]
pub(crate) struct Claim<T>(Option<Option<T>>);

impl<T> Claim<T> {
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref().and_then(Option::as_ref)
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.get().is_none()
    }

    pub(crate) fn take(&mut self) -> Option<T> {
        self.0.take().flatten()
    }

    fn read<'de, A>(&mut self, name: &'static str, members: &mut A) -> Result<(), A::Error>
    where
        A: MapAccess<'de>,
        T: Deserialize<'de>,
    {
        if self.0.replace(members.next_value()?).is_some() {
            return Err(de::Error::duplicate_field(name));
        }
        Ok(())
    }
}

impl Claim<Box<str>> {
    /// The text, unless it is missing or empty.
    pub(crate) fn text(&self) -> Option<&str> {
        self.get().map(|text| &**text).filter(|text| !text.is_empty())
    }

    /// Takes the text, which must be there.
    pub(crate) fn take_required(&mut self, name: &'static str) -> Result<Box<str>, InvalidToken> {
        self.take().filter(|text| !text.is_empty()).ok_or(InvalidToken::Missing(name))
    }
}

impl<T> Default for Claim<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// One name or a list of names: `aud` has either shape (RFC 7519 §4.1.3), and so have `scope` and `scopes`.
#[derive(Debug, Default)]
pub(crate) struct Names(pub(crate) Vec<Box<str>>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Names, E> {
        Ok(Names(vec![name.into()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Names, A::Error> {
        let mut all = Vec::new();
        while let Some(name) = names.next_element()? {
            all.push(name);
        }
        Ok(Names(all))
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Name {
    Iss,
    Sub,
    Aud,
    Exp,
    Iat,
    Nbf,
    Jti,
    Sid,
    Oid,
    Xoid,
    Xuid,
    ClientId,
    Azp,
    Nonce,
    AtHash,
    Roles,
    Permissions,
    Scope,
    Scopes,
    Other(String),
}

impl<'de> Deserialize<'de> for ClaimSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ClaimSetVisitor)
    }
}

struct ClaimSetVisitor;

impl<'de> Visitor<'de> for ClaimSetVisitor {
    type Value = ClaimSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JWT claims set")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<ClaimSet, A::Error> {
        let mut set = ClaimSet::default();
        while let Some(name) = members.next_key()? {
            match name {
                Name::Iss => set.iss.read("iss", &mut members)?,
                Name::Sub => set.sub.read("sub", &mut members)?,
                Name::Aud => set.aud.read("aud", &mut members)?,
                Name::Exp => set.exp.read("exp", &mut members)?,
                Name::Iat => set.iat.read("iat", &mut members)?,
                Name::Nbf => set.nbf.read("nbf", &mut members)?,
                Name::Jti => set.jti.read("jti", &mut members)?,
                Name::Sid => set.sid.read("sid", &mut members)?,
                Name::Oid => set.oid.read("oid", &mut members)?,
                Name::Xoid => set.xoid.read("xoid", &mut members)?,
                Name::Xuid => set.xuid.read("xuid", &mut members)?,
                Name::ClientId => set.client_id.read("client_id", &mut members)?,
                Name::Azp => set.azp.read("azp", &mut members)?,
                Name::Nonce => set.nonce.read("nonce", &mut members)?,
                Name::AtHash => set.at_hash.read("at_hash", &mut members)?,
                Name::Roles => set.roles.read("roles", &mut members)?,
                Name::Permissions => set.permissions.read("permissions", &mut members)?,
                Name::Scope => set.scope.read("scope", &mut members)?,
                Name::Scopes => set.scopes.read("scopes", &mut members)?,
                Name::Other(name) => {
                    if set.other.insert(name, members.next_value()?).is_some() {
                        return Err(de::Error::custom("duplicate claim"));
                    }
                }
            }
        }
        Ok(set)
    }
}
