//! Sealing: authenticated encryption of the values of our cookies, in format version 2.
//!
//! ```text
//! value   = base64url, no padding, canonical
//!   1     version 0x02
//!   4     key id
//!  16     salt, random
//!   n     ciphertext, AES-256-GCM
//!  16     tag
//!
//! lp(x)      = length of x as 4 bytes, big endian, then x
//! context    = lp("scalekit-session seal v2") lp(environment URL) lp(client id)
//! root       = HKDF-SHA-256-Extract(salt = "scalekit-session seal v2", secret)
//! key id     = HKDF-Expand(root, context lp("key id"), 4)
//! purpose    = HKDF-Expand(root, context lp("seal") lp(name of the purpose), 32)
//! key, nonce = HKDF-Expand(purpose, salt of the cookie, 44), first 32 and last 12 bytes
//! data       = version, key id, salt, lp(name of the purpose), lp(logical cookie name)
//! ```
//!
//! Every value has a key of its own, from its own salt. So no key encrypts anywhere near 2³² messages, after which
//! random nonces of AES-GCM might repeat. The logical cookie name is the name of the data cookie, without the suffix
//! of a chunk.

mod base64url;
mod cipher;
mod key;
mod keyring;
mod packed_token;
mod payload;
mod purpose;
mod sealed;
mod wire;

#[cfg(test)]
mod tests;

pub(crate) use base64url::BASE64URL;
pub(crate) use cipher::looks_sealed;
pub use key::CookieSecretError;
pub(crate) use key::Key;
pub use keyring::CookieSecretListError;
pub(crate) use keyring::{Keyring, MAX_TEXT, Opened, SealError};
pub(crate) use payload::{SessionPayload, SessionView};
pub(crate) use purpose::Purpose;
pub(crate) use sealed::{MAX_CHUNKS, Sealed};
