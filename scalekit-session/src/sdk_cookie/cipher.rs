//! The bytes of an official cookie value: the envelope that `sdk_cookie/mod.rs` lays out.

use aes_gcm::AeadInOut;
use aes_gcm::aead::inout::InOutBuf;
use base64::Engine;
use zeroize::Zeroizing;

use super::dialect::SdkLanguage;
use super::key::SdkKey;
use super::payload::SdkPayload;
use crate::random::random;
use crate::seal::BASE64URL;

/// Longest value in characters: the official packages write no longer one, and neither do we. Longer ones are refused
/// before any work (R16).
pub(crate) const MAX_TEXT: usize = 3800;

const VERSION: u8 = 1;
pub(super) const NONCE: usize = 12;
const TAG: usize = 16;

/// Bytes that are not plaintext.
const ENVELOPE: usize = 1 + NONCE + TAG;

impl SdkKey {
    /// Opens a cookie's value, whichever dialect it is written in.
    pub(crate) fn open(&self, value: &[u8]) -> Result<Opened, OpenError> {
        if value.len() > MAX_TEXT {
            return Err(OpenError::TooLong { characters: value.len() });
        }
        // Decrypted where it lies, so that one buffer is wiped and nothing is copied.
        let mut bytes = Zeroizing::new(BASE64URL.decode(value).map_err(|_| OpenError::Malformed)?);
        let (version, rest) = bytes.split_first_mut().ok_or(OpenError::Malformed)?;
        if *version != VERSION {
            return Err(OpenError::OtherVersion { version: *version });
        }
        let (nonce, rest) = rest.split_first_chunk_mut::<NONCE>().ok_or(OpenError::Malformed)?;
        let (text, tag) = rest.split_last_chunk_mut::<TAG>().ok_or(OpenError::Malformed)?;
        self.cipher
            .decrypt_inout_detached(&(*nonce).into(), b"", InOutBuf::from(&mut *text), &(*tag).into())
            .map_err(|_| OpenError::Forged)?;
        let (payload, dialect) = SdkPayload::decode(text)?;
        Ok(Opened { payload, dialect })
    }

    /// Seals a session in the dialect that the other applications read.
    pub(crate) fn seal(&self, payload: &SdkPayload, dialect: SdkLanguage) -> Result<String, SealError> {
        self.seal_with_nonce(payload, dialect, *random().map_err(|_| SealError::NoRandomness)?)
    }

    /// What [`seal`](Self::seal) does after it drew the nonce. Nobody else may choose one.
    pub(super) fn seal_with_nonce(
        &self,
        payload: &SdkPayload,
        dialect: SdkLanguage,
        nonce: [u8; NONCE],
    ) -> Result<String, SealError> {
        self.seal_plaintext(&payload.encode(dialect).map_err(|_| SealError::Cipher)?, nonce)
    }

    /// Seals what need not be a session: tests do.
    pub(super) fn seal_plaintext(&self, plaintext: &[u8], nonce: [u8; NONCE]) -> Result<String, SealError> {
        let length = ENVELOPE + plaintext.len();
        let characters = (length * 4).div_ceil(3);
        if characters > MAX_TEXT {
            return Err(SealError::TooLong { characters });
        }
        // Room for everything at once: growing would leave plaintext behind in memory.
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        bytes.push(VERSION);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(plaintext);
        let (_, text) = bytes.split_at_mut_checked(1 + NONCE).ok_or(SealError::Cipher)?;
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce.into(), b"", InOutBuf::from(text))
            .map_err(|_| SealError::Cipher)?;
        bytes.extend_from_slice(&tag);
        Ok(BASE64URL.encode(&*bytes))
    }
}

/// What an official cookie held. It was sealed by somebody who has the secret; nothing in it is verified.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) payload: SdkPayload,
    /// How it was written.
    pub(crate) dialect: SdkLanguage,
}

/// Why a value did not open. To the browser all of these are the same: nobody (R37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("{characters} characters, and no official session cookie has more than {MAX_TEXT}")]
    TooLong { characters: usize },
    #[error("not an official session cookie")]
    Malformed,
    #[error("sealed in format version {version}, not {VERSION}")]
    OtherVersion { version: u8 },
    #[error("changed, cut, or sealed with another secret")]
    Forged,
    #[error("sealed with the shared secret, but holds no session")]
    NoSession,
    #[error("holds the same name twice")]
    RepeatedName,
    #[error("holds names of both the Python and the Node packages")]
    MixedDialects,
}

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    #[error(
        "the session would take {characters} characters in an official cookie, and {MAX_TEXT} fit; fewer claims in \
         the access token make it shorter"
    )]
    TooLong { characters: usize },
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    #[error("the cipher failed")]
    Cipher,
}
