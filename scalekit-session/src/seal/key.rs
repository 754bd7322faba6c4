//! The cookie secret, as an operator writes it: read, and checked for strength.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The shortest secret that is accepted, in bytes.
const MIN_LENGTH: usize = 32;

/// The fewest different values that the bytes of a secret may have. 32 random bytes have fewer once in 10²⁶ times.
const MIN_DISTINCT: usize = 10;

/// One cookie secret: at least 32 bytes that an attacker cannot guess.
#[derive(Clone)]
pub(crate) struct Key(Zeroizing<Vec<u8>>);

impl Key {
    /// Reads a secret. Hexadecimal, base64 or base64url of at least 32 bytes is decoded; any other text is used as it
    /// is, and must have at least 32 bytes. White space around the text is ignored.
    pub(crate) fn parse(text: &str) -> Result<Self, CookieSecretError> {
        let text = text.trim();
        let key = match decoded(text) {
            Some(bytes) => Self(bytes),
            None => Self(Zeroizing::new(text.as_bytes().to_vec())),
        };
        match key.bytes() {
            [] => Err(CookieSecretError::Empty),
            short if short.len() < MIN_LENGTH => Err(CookieSecretError::TooShort { bytes: short.len() }),
            weak if is_guessable(weak) => Err(CookieSecretError::Guessable),
            _ => Ok(key),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key([redacted])")
    }
}

/// Compares in constant time: the time does not depend on where the secrets differ.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.bytes().ct_eq(other.bytes()).into()
    }
}

impl Eq for Key {}

/// Why a text cannot be a cookie secret. The message never shows the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CookieSecretError {
    /// The text is empty.
    #[error("a cookie secret is empty; make one with `openssl rand -base64 32`")]
    Empty,
    /// The secret is shorter than 32 bytes.
    #[error(
        "a cookie secret has {bytes} bytes, at least {MIN_LENGTH} are needed; make one with `openssl rand -base64 32`"
    )]
    TooShort {
        /// The length of the secret, in bytes.
        bytes: usize,
    },
    /// The secret repeats itself, or has very few different bytes.
    #[error(
        "a cookie secret is easy to guess: it repeats itself or has very few different bytes; \
         make one with `openssl rand -base64 32`"
    )]
    Guessable,
}

/// The bytes of an encoded secret, when there are enough of them. Hexadecimal is tried first, because its digits are
/// also valid base64.
fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let unpadded = text.strip_suffix("==").or(text.strip_suffix('=')).unwrap_or(text);
    hexadecimal(text)
        .or_else(|| URL_SAFE_NO_PAD.decode(unpadded).ok().map(Zeroizing::new))
        .or_else(|| STANDARD_NO_PAD.decode(unpadded).ok().map(Zeroizing::new))
        .filter(|bytes| bytes.len() >= MIN_LENGTH)
}

fn hexadecimal(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for [high, low] in pairs {
        bytes.push(digit(high)? << 4 | digit(low)?);
    }
    (rest.is_empty() && bytes.len() >= MIN_LENGTH).then_some(bytes)
}

/// Whether the bytes look like a placeholder: one or few different characters, or a short word that repeats.
fn is_guessable(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in bytes {
        seen.get_mut(usize::from(*byte)).into_iter().for_each(|seen| *seen = true);
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    let repeats =
        |period: usize| bytes.iter().zip(bytes.iter().skip(period)).all(|(byte, later)| byte == later);
    distinct < MIN_DISTINCT || (1..MIN_LENGTH / 2).any(repeats)
}
