//! [`InvalidToken`]: why a token is refused. The messages help a developer and never show a signature.

use std::fmt;

use thiserror::Error;

use crate::event::Plain;

// R42
/// Why a token is not accepted. The same token will not be accepted later either.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// The token is not three parts of canonical base64url (RFC 7515 §3.1); or its header or payload is not a JSON
    /// object with unique names (RFC 7519 §4); or a claim has the wrong type; or the token is longer than 64 KiB.
    #[error("the token is malformed")]
    Malformed,
    /// The header names another algorithm than RS256, or none (RFC 8725 §3.1).
    #[error("the token's algorithm is not RS256")]
    Algorithm,
    /// The header demands an extension with `crit` (RFC 7515 §4.1.11). This crate understands no extension.
    #[error("the token's header has critical extensions")]
    CriticalExtension,
    /// The header's `typ` belongs to another kind of token (RFC 8725 §3.11).
    #[error("the token's header names another type of token")]
    Type,
    /// The header has no key id, or one longer than 256 bytes (RFC 8725 §3.10).
    #[error("the token's header has no usable key id")]
    KeyId,
    /// The published key that the header names did not sign the token.
    #[error("the token's signature is wrong")]
    Signature,
    /// A claim that this kind of token must carry is missing.
    #[error("the token has no `{0}` claim")]
    Missing(&'static str),
    /// The claims are those of another kind of token.
    #[error("the token is of the wrong kind; expected: {expected}")]
    Kind {
        /// The kind that was expected, in words.
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
    /// The token is about another user than expected.
    #[error("the token is about another subject")]
    Subject,
    /// The token is valid for longer than its kind allows.
    #[error("the token's lifetime is longer than its kind allows")]
    Lifetime,
}

/// Foreign texts in the messages are bounded and escaped.
impl Plain for InvalidToken {}

/// How many characters of a foreign text a message shows at most.
const SHOWN: usize = 128;

/// A text of a token, cut for a message. The message shows it with `Debug`, which escapes control characters.
pub(super) fn shown(text: &impl fmt::Display) -> String {
    text.to_string().chars().take(SHOWN).collect()
}
