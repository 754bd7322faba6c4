//! Why a token is refused, in words that help a developer and carry nothing of the token's secret part.

use std::fmt;

use thiserror::Error;

use crate::event::Plain;

/// Why a token is not accepted (R42). None of these is cured by trying again.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// Not three parts of canonical base64url around two JSON objects with unique names (RFC 7515 §3.1,
    /// RFC 7519 §4), or a claim has the wrong type, or the token is too long.
    #[error("the token is malformed")]
    Malformed,
    /// The header names another algorithm than RS256 (RFC 8725 §3.1).
    #[error("the token's algorithm is not RS256")]
    Algorithm,
    /// The header demands an extension (RFC 7515 §4.1.11); none is understood.
    #[error("the token's header has critical extensions")]
    CriticalExtension,
    /// The header's `typ` belongs to another kind of token (RFC 8725 §3.11).
    #[error("the token's header names another type of token")]
    Type,
    /// The header has no key id, or one longer than 256 bytes (RFC 8725 §3.10).
    #[error("the token's header has no usable key id")]
    KeyId,
    /// The published key of that id did not sign the token.
    #[error("the token's signature is wrong")]
    Signature,
    /// A claim that this kind of token must carry is missing.
    #[error("the token has no `{0}` claim")]
    Missing(&'static str),
    /// The claims are those of another kind of token.
    #[error("this is another kind of token than the {expected} asked for")]
    Kind {
        /// What was asked for.
        expected: &'static str,
    },
    /// The issuer is not a configured one.
    #[error(
        "the token's issuer {found:?} is not one of the accepted issuers {accepted:?}; \
         if it is yours (a custom domain), list it with `issuers` or SCALEKIT_ISSUER"
    )]
    Issuer {
        /// The token's `iss`.
        found: String,
        /// The configured issuers.
        accepted: Vec<String>,
    },
    /// None of the audiences is a configured one.
    #[error(
        "the token's audience {found:?} has none of the accepted audiences {accepted:?}; \
         if it is yours (an API URL), list it with `audiences` or SCALEKIT_AUDIENCE"
    )]
    Audience {
        /// The token's `aud`.
        found: Vec<String>,
        /// The configured audiences.
        accepted: Vec<String>,
    },
    /// `client_id` or `azp` names another client (OIDC Core §3.1.3.7).
    #[error("the token was issued to another client")]
    Client,
    /// The ID token does not carry the nonce of this login (OIDC Core §3.1.3.7).
    #[error("the ID token does not belong to this login: its nonce differs")]
    Nonce,
    /// The ID token belongs to another access token (OIDC Core §3.1.3.6).
    #[error("the ID token does not belong to the access token: its `at_hash` differs")]
    AccessTokenHash,
    /// The token is about somebody else than expected.
    #[error("the token is about another subject")]
    Subject,
    /// The token is valid for longer than its kind allows.
    #[error("the token's lifetime is longer than its kind allows")]
    Lifetime,
}

/// Foreign texts in the messages are bounded and escaped.
impl Plain for InvalidToken {}

/// The most of a foreign text that goes into a message.
const SHOWN: usize = 128;

/// A text of a token as a message may show it: bounded. `Debug` escapes the rest.
pub(super) fn shown(text: &impl fmt::Display) -> String {
    text.to_string().chars().take(SHOWN).collect()
}
