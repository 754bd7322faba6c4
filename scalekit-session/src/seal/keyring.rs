//! [`Keyring`]: seals with the first of several keys and opens with all of them, so that secrets can be rotated (R36).

use std::fmt;

use base64::Engine;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::base64url::BASE64URL;
use super::cipher::{Cipher, Header, TAG};
use super::key::Key;
use super::purpose::Purpose;
use crate::seal::Sealed;

/// The longest sealed value, in characters: as much as eight cookies hold. Longer values are refused before they are
/// decoded (R16).
pub(crate) const MAX_TEXT: usize = 8 * 4096;

/// The longest plaintext that can be sealed, in bytes.
const MAX_PLAINTEXT: usize = MAX_TEXT / 4 * 3 - Header::LENGTH - TAG;

/// The length of an encoded tag, in characters. A sealed value without plaintext has a body of this length.
const TAG_TEXT: usize = (TAG * 4).div_ceil(3);

/// The most keys that are accepted: more than a rotation can need.
const MAX_KEYS: usize = 8;

/// The keys of one application. Another environment, client or purpose has other keys, even with the same secret.
pub(crate) struct Keyring {
    first: Cipher,
    retired: Vec<Cipher>,
}

impl Keyring {
    /// Derives all keys. The first key seals; all keys open.
    pub(crate) fn new(
        keys: Vec<Key>,
        environment_url: &str,
        client_id: &str,
    ) -> Result<Self, CookieSecretListError> {
        if keys.len() > MAX_KEYS {
            return Err(CookieSecretListError::TooMany);
        }
        if keys.iter().enumerate().any(|(index, key)| keys.iter().take(index).any(|earlier| earlier == key)) {
            return Err(CookieSecretListError::Duplicate);
        }
        let mut ciphers = Vec::with_capacity(keys.len());
        for key in keys {
            ciphers.push(
                Cipher::derive(&key, environment_url, client_id).ok_or(CookieSecretListError::Derivation)?,
            );
        }
        let mut ciphers = ciphers.into_iter();
        Ok(Self { first: ciphers.next().ok_or(CookieSecretListError::Empty)?, retired: ciphers.collect() })
    }

    /// Seals `plaintext` for one purpose under one logical cookie name.
    pub(crate) fn seal(&self, purpose: Purpose, name: &str, plaintext: &[u8]) -> Result<String, SealError> {
        let mut salt = [0; Header::SALT];
        getrandom::fill(&mut salt).map_err(|_| SealError::NoRandomness)?;
        self.seal_with_salt(purpose, name, plaintext, salt)
    }

    /// Opens a value that [`seal`](Self::seal) made for the same purpose and name.
    pub(crate) fn open<'s>(
        &self,
        purpose: Purpose,
        name: &str,
        sealed: impl Into<Sealed<'s>>,
    ) -> Result<Opened, OpenError> {
        let sealed = sealed.into();
        if sealed.len() > MAX_TEXT {
            return Err(OpenError::TooLong);
        }
        match sealed.as_whole() {
            Some(whole) => self.open_text(purpose, name, whole),
            None => self.open_text(purpose, name, &sealed.pieces().collect::<Vec<_>>().concat()),
        }
    }

    fn open_text(&self, purpose: Purpose, name: &str, text: &[u8]) -> Result<Opened, OpenError> {
        let (header, body) = text.split_at_checked(Header::TEXT).ok_or(OpenError::Malformed)?;
        let header = Header::read(header)?;
        if body.len() < TAG_TEXT {
            return Err(OpenError::Malformed);
        }
        let mut failure = OpenError::UnknownKey;
        for (cipher, retired) in self.ciphers().filter(|(cipher, _)| cipher.id.ct_eq(&header.key_id).into()) {
            let body = BASE64URL.decode(body).map_err(|_| OpenError::Malformed)?;
            match cipher.open(purpose, name, &header, body) {
                Some(plaintext) => return Ok(Opened { plaintext, retired }),
                None => failure = OpenError::Forged,
            }
        }
        Err(failure)
    }

    /// Seals with a given salt. Only [`seal`](Self::seal) and tests may call this: a salt must be random.
    pub(super) fn seal_with_salt(
        &self,
        purpose: Purpose,
        name: &str,
        plaintext: &[u8],
        salt: [u8; Header::SALT],
    ) -> Result<String, SealError> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(SealError::TooLong { bytes: plaintext.len() });
        }
        let header = Header { key_id: self.first.id, salt };
        let sealed = self.first.seal(purpose, name, &header, plaintext).ok_or(SealError::Cipher)?;
        Ok(BASE64URL.encode(sealed))
    }

    /// Gives every key the same id, for tests.
    #[cfg(test)]
    pub(super) fn collide(&mut self) {
        self.first.id = [0; 4];
        self.retired.iter_mut().for_each(|cipher| cipher.id = [0; 4]);
    }

    /// All keys, each with `true` when it is retired, that is, not the first.
    fn ciphers(&self) -> impl Iterator<Item = (&Cipher, bool)> {
        std::iter::once((&self.first, false)).chain(self.retired.iter().map(|cipher| (cipher, true)))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("keys", &self.ciphers().count()).finish_non_exhaustive()
    }
}

/// The content of an opened value.
pub(crate) struct Opened {
    /// The plaintext. Its memory is overwritten when it is dropped.
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
    /// The value was sealed with a key that does not seal any more.
    pub(crate) retired: bool,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.plaintext.len();
        f.debug_struct("Opened")
            .field("bytes", &bytes)
            .field("retired", &self.retired)
            .finish_non_exhaustive()
    }
}

/// Why a list of cookie secrets cannot be used, although each secret can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CookieSecretListError {
    /// The list has no secret.
    #[error("there is no cookie secret; make one with `openssl rand -base64 32`")]
    Empty,
    /// Two entries are the same secret, perhaps in two encodings.
    #[error("the same cookie secret is given twice; remove one of the two")]
    Duplicate,
    /// The list has more than eight secrets.
    #[error("there are more than {MAX_KEYS} cookie secrets; drop those that no cookie needs any more")]
    TooMany,
    /// The key derivation failed.
    #[error("keys could not be derived from a cookie secret")]
    Derivation,
}

/// Why a value could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    #[error("{bytes} bytes are too many to seal; at most {MAX_PLAINTEXT} fit")]
    TooLong { bytes: usize },
    #[error("the cipher failed")]
    Cipher,
}

/// Why a value could not be opened. For the browser the reason makes no difference: the request has no session (R37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("not a sealed value")]
    Malformed,
    #[error("sealed by a newer version")]
    NewerVersion,
    #[error("sealed with a secret that is not configured, or for another environment or client")]
    UnknownKey,
    #[error("changed or cut after it was sealed, or sealed for another purpose or cookie")]
    Forged,
    #[error("longer than any sealed value")]
    TooLong,
}
