//! Opens and seals the value of the SDK cookie: the envelope in `sdk_cookie/mod.rs`.

use aes_gcm::AeadInOut;
use aes_gcm::aead::inout::InOutBuf;
use base64::Engine;
use zeroize::Zeroizing;

use super::dialect::SdkLanguage;
use super::key::SdkKey;
use super::payload::SdkPayload;
use crate::random::random;
use crate::seal::BASE64URL;

/// The longest value, in characters: the official packages write no longer one, and this crate does not either. Longer
/// values are refused before they are decoded (R16).
pub(crate) const MAX_TEXT: usize = 3800;

const VERSION: u8 = 1;
pub(super) const NONCE: usize = 12;
const TAG: usize = 16;

/// The bytes of a value that are not plaintext.
const ENVELOPE: usize = 1 + NONCE + TAG;

impl SdkKey {
    /// Opens a cookie's value in either dialect.
    pub(crate) fn open(&self, value: &[u8]) -> Result<Opened, SdkOpenError> {
        if value.len() > MAX_TEXT {
            return Err(SdkOpenError::TooLong { characters: value.len() });
        }
        // Decrypted in place: nothing is copied, and the one buffer is overwritten when it is dropped.
        let mut bytes = Zeroizing::new(BASE64URL.decode(value).map_err(|_| SdkOpenError::Malformed)?);
        let (version, rest) = bytes.split_first_mut().ok_or(SdkOpenError::Malformed)?;
        if *version != VERSION {
            return Err(SdkOpenError::OtherVersion { version: *version });
        }
        let (nonce, rest) = rest.split_first_chunk_mut::<NONCE>().ok_or(SdkOpenError::Malformed)?;
        let (text, tag) = rest.split_last_chunk_mut::<TAG>().ok_or(SdkOpenError::Malformed)?;
        self.cipher
            .decrypt_inout_detached(&(*nonce).into(), b"", InOutBuf::from(&mut *text), &(*tag).into())
            .map_err(|_| SdkOpenError::Forged)?;
        let (payload, dialect) = SdkPayload::decode(text)?;
        Ok(Opened { payload, dialect })
    }

    /// Seals a session in one dialect, which should be the one that the other applications read.
    pub(crate) fn seal(&self, payload: &SdkPayload, dialect: SdkLanguage) -> Result<String, SdkSealError> {
        self.seal_with_nonce(payload, dialect, *random().map_err(|_| SdkSealError::NoRandomness)?)
    }

    /// Seals with a given nonce. Only [`seal`](Self::seal) and tests may call this: a nonce must be random.
    pub(super) fn seal_with_nonce(
        &self,
        payload: &SdkPayload,
        dialect: SdkLanguage,
        nonce: [u8; NONCE],
    ) -> Result<String, SdkSealError> {
        self.seal_plaintext(&payload.encode(dialect).map_err(|_| SdkSealError::Cipher)?, nonce)
    }

    /// Seals any bytes, which need not be a session. Tests call this directly.
    pub(super) fn seal_plaintext(
        &self,
        plaintext: &[u8],
        nonce: [u8; NONCE],
    ) -> Result<String, SdkSealError> {
        let length = ENVELOPE + plaintext.len();
        let characters = (length * 4).div_ceil(3);
        if characters > MAX_TEXT {
            return Err(SdkSealError::TooLong { characters });
        }
        // Allocates enough for everything: a vector that grows would leave plaintext behind in memory.
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        bytes.push(VERSION);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(plaintext);
        let (_, text) = bytes.split_at_mut_checked(1 + NONCE).ok_or(SdkSealError::Cipher)?;
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce.into(), b"", InOutBuf::from(text))
            .map_err(|_| SdkSealError::Cipher)?;
        bytes.extend_from_slice(&tag);
        Ok(BASE64URL.encode(&*bytes))
    }
}

/// The content of an opened SDK cookie. An application that has the secret sealed it; nothing in it is verified.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) payload: SdkPayload,
    /// The dialect in which it was written.
    pub(crate) dialect: SdkLanguage,
}

/// Why a value could not be opened. For the browser the reason makes no difference: the request has no session (R37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SdkOpenError {
    #[error(
        "{characters} characters long; a session cookie of Scalekit's official packages has at most {MAX_TEXT}"
    )]
    TooLong { characters: usize },
    #[error("not a session cookie of Scalekit's official packages")]
    Malformed,
    #[error("sealed in format version {version}, not {VERSION}")]
    OtherVersion { version: u8 },
    #[error("changed or cut after it was sealed, or sealed with another secret")]
    Forged,
    #[error("sealed with the shared secret, but not a session")]
    NoSession,
    #[error("has the same name twice")]
    RepeatedName,
    #[error("has names of both the Python and the Node packages")]
    MixedDialects,
}

/// Why a session could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SdkSealError {
    #[error(
        "the session would take {characters} characters in the session cookie of Scalekit's official packages, which \
         holds at most {MAX_TEXT}; send fewer claims in the access token"
    )]
    TooLong { characters: usize },
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    #[error("the cipher failed")]
    Cipher,
}
