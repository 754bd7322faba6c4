use std::time::Duration;

use serde_json::{Value, json};

use crate::signing::{SigningError, SigningKey, replace};

/// Something wrong with the tokens of a token response.
///
/// Claims are changed in the access token and in the ID token alike, where they have them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tamper {
    /// A refresh brings no ID token.
    OmitIdTokenOnRefresh,
    /// The response has no refresh token.
    OmitRefreshToken,
    /// `iss` is this.
    WrongIssuer(String),
    /// `aud` is a list of this.
    WrongAudience(String),
    /// `aud` is a string instead of a list.
    AudienceAsString,
    /// The tokens are not signed with RS256.
    WrongAlgorithm(ForgedAlgorithm),
    /// `kid` is of no published key.
    UnknownKid,
    /// `sub` is this.
    OtherSubject(String),
    /// `sid` is of no session.
    OtherSid,
    /// `oid` is this.
    OtherOrganization(String),
    /// There is no `exp`.
    MissingExp,
    /// `nbf` is so far ahead; ID tokens get one too.
    NotBeforeInFuture(Duration),
    /// The access token is the ID token.
    IdTokenAsAccessToken,
    /// `nonce` is another one.
    WrongNonce,
    /// `at_hash` is that of another access token.
    WrongAtHash,
    /// All times are off by so many seconds, as if the clock of the server were.
    ClockOffset(i64),
}

/// How a token is signed instead of with RS256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForgedAlgorithm {
    /// `alg: none`, and no signature.
    None,
    /// An HMAC keyed with the PEM of the public key.
    Hs256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Access,
    Id,
}

impl Tamper {
    pub(crate) fn spoil(&self, kind: TokenKind, claims: &mut Value) {
        match self {
            Self::WrongIssuer(issuer) => replace(claims, "iss", issuer.as_str()),
            Self::WrongAudience(audience) => replace(claims, "aud", json!([audience])),
            Self::AudienceAsString => {
                if let Some(first) = claims.pointer("/aud/0").cloned() {
                    replace(claims, "aud", first);
                }
            }
            Self::OtherSubject(subject) => replace(claims, "sub", subject.as_str()),
            Self::OtherSid => replace(claims, "sid", "ses_999999999999999999"),
            Self::OtherOrganization(organization) => {
                replace(claims, "oid", organization.as_str());
            }
            Self::MissingExp => {
                if let Some(claims) = claims.as_object_mut() {
                    claims.remove("exp");
                }
            }
            Self::NotBeforeInFuture(ahead) => {
                if let Some(now) = claims.get("iat").and_then(Value::as_u64) {
                    replace(claims, "nbf", now.saturating_add(ahead.as_secs()));
                }
            }
            Self::WrongNonce if kind == TokenKind::Id => replace(claims, "nonce", "another nonce"),
            Self::WrongAtHash if kind == TokenKind::Id => {
                replace(claims, "at_hash", "AAAAAAAAAAAAAAAAAAAAAA");
            }
            Self::ClockOffset(seconds) => {
                for name in ["iat", "nbf", "exp"] {
                    if let Some(time) = claims.get(name).and_then(Value::as_u64) {
                        replace(claims, name, time.saturating_add_signed(*seconds));
                    }
                }
            }
            Self::WrongNonce
            | Self::WrongAtHash
            | Self::OmitIdTokenOnRefresh
            | Self::OmitRefreshToken
            | Self::WrongAlgorithm(_)
            | Self::UnknownKid
            | Self::IdTokenAsAccessToken => {}
        }
    }

    /// The token, if this is about how it is signed.
    pub(crate) fn sign(&self, key: &SigningKey, claims: &Value) -> Option<Result<String, SigningError>> {
        match self {
            Self::WrongAlgorithm(ForgedAlgorithm::None) => Some(Ok(key.unsigned(claims))),
            Self::WrongAlgorithm(ForgedAlgorithm::Hs256) => Some(key.sign_hs256(claims)),
            Self::UnknownKid => {
                let mut header = key.header();
                replace(&mut header, "kid", "snk_999999999999999999");
                Some(key.sign_with(&header, claims))
            }
            _ => None,
        }
    }
}
