//! The SDK cookie: `sk_session`, the session cookie of Scalekit's official packages. Reads and writes its format
//! version 1.
//!
//! ```text
//! value = base64url, no padding; at most 3800 characters
//!   1     version 0x01
//!  12     nonce, random
//!   n     ciphertext, AES-256-GCM, no associated data
//!  16     tag
//!
//! key   = HKDF-SHA-256(secret as the operator writes it, salt = "scalekit-session-v1",
//!                      info = "scalekit-encrypted-session", 32 bytes)
//! plain = a JSON object, in one of two dialects:
//!         Python  user, access_token, refresh_token, id_token, expires_at
//!         Node    user, accessToken,  refreshToken,  idToken,  expiresAt
//! ```
//!
//! The packages for Python and for Node use the same envelope, but different names inside, and neither reads the
//! other's names. This module reads both dialects and writes the configured one. It is stricter than the packages:
//! base64 must be canonical, and an object with repeated names, with names of both dialects or without an access
//! token is not a session.
//!
//! The format lacks three things that `seal` has:
//!
//! - The cookie name, the environment and the client are not authenticated. So every application that has the secret
//!   can
//!   read and make the sessions of all the others.
//! - All cookies are encrypted with one key and random nonces. So a secret should be replaced before it has sealed 2³²
//!   cookies.
//! - There is only one secret. So a new secret ends all sessions.
//!
//! Therefore this cookie has a secret and a name of its own, and values of other format versions are refused.
//!
//! **Nothing in an opened cookie is verified.** The user is read from the access token after its signature is
//! checked, never from the members `user` and `expires_at`. What this crate writes into these two members is
//! verified.

mod cipher;
mod dialect;
mod key;
mod members;
mod payload;

#[cfg(test)]
mod tests;

pub use dialect::SdkLanguage;
pub use key::SdkCookieSecretError;

pub(crate) use cipher::{MAX_TEXT, SdkSealError};
#[cfg(test)]
pub(crate) use cipher::{Opened, SdkOpenError};
pub(crate) use key::{SdkKey, ShortSecrets};
#[cfg(test)]
pub(crate) use payload::NotVerified;
pub(crate) use payload::SdkPayload;
