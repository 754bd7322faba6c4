//! The secret that applications share with Scalekit's official packages, and the key that is derived from it.

use std::fmt;

use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// Part of the format.
const SALT: &[u8] = b"scalekit-session-v1";

/// Part of the format.
const INFO: &[u8] = b"scalekit-encrypted-session";

/// The shortest secret, in bytes, unless short secrets are allowed.
const MIN_LENGTH: usize = 32;

const AES_KEY: usize = 32;

/// The key of one shared secret, derived once. Opens and seals SDK cookies.
pub(crate) struct SdkKey {
    pub(super) cipher: Aes256Gcm,
}

impl SdkKey {
    /// Uses the secret exactly as it is written. Commas, white space and encodings have no meaning for the official
    /// packages, so they have none here.
    pub(crate) fn new(secret: &str, short: ShortSecrets) -> Result<Self, SdkCookieSecretError> {
        match (secret.len(), short) {
            (0, _) => return Err(SdkCookieSecretError::Empty),
            (bytes @ ..MIN_LENGTH, ShortSecrets::Refuse) => {
                return Err(SdkCookieSecretError::TooShort { bytes });
            }
            _ => {}
        }
        let key = derive(secret).ok_or(SdkCookieSecretError::Derivation)?;
        Ok(Self { cipher: Aes256Gcm::new((&*key).into()) })
    }
}

impl fmt::Debug for SdkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SdkKey([redacted])")
    }
}

/// What to do with a secret shorter than 32 bytes. The official packages accept any. Security: an attacker who
/// guesses the secret can make sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShortSecrets {
    /// Refuse it.
    Refuse,
    /// Accept it, because a deployment has such a secret and cannot change it now.
    Allow,
}

/// Why a text cannot be the secret of the SDK cookie. The message never shows the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SdkCookieSecretError {
    /// The text is empty.
    #[error("the secret shared with Scalekit's official packages is empty")]
    Empty,
    /// The secret is shorter than 32 bytes, and short secrets are not allowed.
    #[error(
        "the secret shared with Scalekit's official packages has {bytes} bytes, at least {MIN_LENGTH} are needed; \
         make one with `openssl rand -base64 32` and give it to all applications, or allow short secrets explicitly"
    )]
    TooShort {
        /// The length of the secret, in bytes.
        bytes: usize,
    },
    /// The key derivation failed.
    #[error("no key could be derived from the secret shared with Scalekit's official packages")]
    Derivation,
}

/// Derives the key of a secret. Never `None`: HKDF fails only for a key of more than 8160 bytes.
pub(super) fn derive(secret: &str) -> Option<Zeroizing<[u8; AES_KEY]>> {
    let (mut root, hkdf) = Hkdf::<Sha256>::extract(Some(SALT), secret.as_bytes());
    root.as_mut_slice().zeroize();
    let mut key = Zeroizing::new([0; AES_KEY]);
    hkdf.expand(INFO, key.as_mut_slice()).ok()?;
    Some(key)
}
