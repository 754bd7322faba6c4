//! The session cookie of Scalekit's official packages, `sk_session` in format version 1: read and written as they do.
//!
//! ```text
//! value = base64url, no padding; at most 3800 characters
//!   1     version 0x01
//!  12     nonce, random
//!   n     ciphertext, AES-256-GCM, no associated data
//!  16     tag
//!
//! key   = HKDF-SHA-256(secret as it is written, salt = "scalekit-session-v1",
//!                      info = "scalekit-encrypted-session", 32 bytes)
//! plain = a JSON object, in one of two dialects:
//!         Python  user, access_token, refresh_token, id_token, expires_at
//!         Node    user, accessToken,  refreshToken,  idToken,  expiresAt
//! ```
//!
//! The envelope is the same in both languages, the names inside are not, and neither reads the other's: here both are
//! read and one is written. Readers here are stricter than the official ones. Base64 must be canonical, and an object
//! with repeated names, with names of both dialects or without an access token is no session.
//!
//! What the format does not do, and `seal` does: the name of the cookie, the environment and the client are not
//! authenticated, so whoever shares the secret shares the sessions; all cookies share one key with random nonces, so
//! a secret should be replaced before it sealed 2³² of them; and there is one secret, so replacing it ends all
//! sessions. Hence a secret of its own, a cookie name of its own, and values of other versions are refused.
//!
//! **Nothing in a cookie is verified.** Who the user is comes from the access token after its signature was checked,
//! never from the `user` and `expires_at` beside it; and what is written there is what was verified.

mod cipher;
mod dialect;
mod key;
mod members;
mod payload;

#[cfg(test)]
mod tests;

pub use dialect::SdkLanguage;
pub use key::SdkCookieSecretError;

pub(crate) use cipher::{MAX_TEXT, SealError};
#[cfg(test)]
pub(crate) use cipher::{OpenError, Opened};
pub(crate) use key::{SdkKey, ShortSecrets};
#[cfg(test)]
pub(crate) use payload::NotVerified;
pub(crate) use payload::SdkPayload;
