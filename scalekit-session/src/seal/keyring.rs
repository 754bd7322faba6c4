//! Seals with the first of several keys and opens with all of them, so that keys can be rotated (R36).

use std::fmt;

use base64::Engine;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::base64url::BASE64URL;
use super::cipher::{Cipher, Header, TAG};
use super::key::Key;
use super::purpose::Purpose;
use crate::seal::Sealed;

/// Longest sealed value: what eight cookies hold. Longer ones are refused before any work (R16).
pub(crate) const MAX_TEXT: usize = 8 * 4096;

/// Longest plaintext whose sealed value is not too long.
const MAX_PLAINTEXT: usize = MAX_TEXT / 4 * 3 - Header::LENGTH - TAG;

/// Characters of an encoded tag, so of a body without plaintext.
const TAG_TEXT: usize = (TAG * 4).div_ceil(3);

/// More keys than a rotation can need.
const MAX_KEYS: usize = 8;

/// The keys of one application: other environments, clients and purposes have others, whatever the secret.
pub(crate) struct Keyring {
    first: Cipher,
    retired: Vec<Cipher>,
}

impl Keyring {
    /// Derives all keys. The first seals; all open.
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

    /// Opens what [`seal`](Self::seal) made, given the same purpose and name.
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

    /// What [`seal`](Self::seal) does after it drew the salt. Nobody else may choose one.
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

    /// Gives every key the same id.
    #[cfg(test)]
    pub(super) fn collide(&mut self) {
        self.first.id = [0; 4];
        self.retired.iter_mut().for_each(|cipher| cipher.id = [0; 4]);
    }

    /// All keys, each with whether it is retired.
    fn ciphers(&self) -> impl Iterator<Item = (&Cipher, bool)> {
        std::iter::once((&self.first, false)).chain(self.retired.iter().map(|cipher| (cipher, true)))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("keys", &self.ciphers().count()).finish_non_exhaustive()
    }
}

/// What a sealed value held.
pub(crate) struct Opened {
    /// Wiped when dropped.
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
    /// Sealed with a key that seals no longer.
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
    /// Two entries are one secret, perhaps in two encodings.
    #[error("the same cookie secret is given twice; remove one of the two")]
    Duplicate,
    /// The list has more than eight secrets.
    #[error("there are more than {MAX_KEYS} cookie secrets; drop those that no cookie needs any more")]
    TooMany,
    /// The key derivation failed.
    #[error("keys could not be derived from a cookie secret")]
    Derivation,
}

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    #[error("{bytes} bytes are too many to seal, {MAX_PLAINTEXT} fit")]
    TooLong { bytes: usize },
    #[error("the cipher failed")]
    Cipher,
}

/// Why a value did not open. To the browser all of these are the same: nobody (R37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("not a sealed value")]
    Malformed,
    #[error("sealed by a newer version")]
    NewerVersion,
    #[error("sealed with a key that is not configured, or for another environment or client")]
    UnknownKey,
    #[error("changed, cut, or sealed for another purpose or cookie")]
    Forged,
    #[error("longer than any sealed value")]
    TooLong,
}
