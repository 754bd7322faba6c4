//! Tokens in a shorter form, as the bytes that their text encodes. A JWT becomes a quarter shorter, a hexadecimal
//! refresh token half as long.
//!
//! ```text
//! 0  text
//! 1  JWT: number length of header, header, number length of payload, payload, signature
//! 2  JWT with the header of the access token: number length of payload, payload, signature
//! 3  lower-case hexadecimal text, two digits a byte
//! ```
//!
//! A token is packed only when unpacking gives back exactly its text.

use base64::Engine;
use zeroize::Zeroizing;

use super::base64url::BASE64URL;
use super::payload::Malformed;
use super::wire::{Reader, Writer, number_length};

const TEXT: u8 = 0;
const JWT: u8 = 1;
const JWT_SAME_HEADER: u8 = 2;
const HEXADECIMAL: u8 = 3;

/// A token in its packed form, borrowed from a payload or from the buffer into which it was packed.
#[derive(Clone, Copy)]
pub(super) enum PackedToken<'a> {
    Text(&'a str),
    Jwt { header: &'a [u8], payload: &'a [u8], signature: &'a [u8] },
    Hexadecimal(&'a [u8]),
}

impl<'a> PackedToken<'a> {
    /// Packs a token into an empty buffer.
    pub(super) fn pack(text: &'a str, buffer: &'a mut Zeroizing<Vec<u8>>) -> Self {
        // Enough for every form: a buffer that grows would leave a copy behind in memory.
        buffer.reserve_exact(text.len() + 16);
        match packed_jwt(text, buffer) {
            Some((header, payload)) => {
                let (header, rest) = buffer.split_at_checked(header).unwrap_or_default();
                let (payload, signature) = rest.split_at_checked(payload).unwrap_or_default();
                Self::Jwt { header, payload, signature }
            }
            None => match packed_hexadecimal(text, buffer) {
                Some(()) => Self::Hexadecimal(buffer),
                None => Self::Text(text),
            },
        }
    }

    /// Reads what [`write`](Self::write) wrote. `other_header` is the header of the access token, as it was when
    /// writing.
    pub(super) fn read(bytes: &'a [u8], other_header: Option<&'a [u8]>) -> Result<Self, Malformed> {
        let mut bytes = Reader::new(bytes);
        match bytes.byte()? {
            TEXT => str::from_utf8(bytes.rest()).map(Self::Text).map_err(|_| Malformed),
            JWT => Ok(Self::Jwt {
                header: bytes.prefixed()?,
                payload: bytes.prefixed()?,
                signature: bytes.rest(),
            }),
            JWT_SAME_HEADER => Ok(Self::Jwt {
                header: other_header.ok_or(Malformed)?,
                payload: bytes.prefixed()?,
                signature: bytes.rest(),
            }),
            HEXADECIMAL => Ok(Self::Hexadecimal(bytes.rest())),
            _ => Err(Malformed),
        }
    }

    /// Appends the packed form. The header is left out when it equals `other_header`, the header of the access token.
    pub(super) fn write(&self, writer: &mut Writer, other_header: Option<&[u8]>) {
        match *self {
            Self::Text(text) => {
                writer.bytes(&[TEXT]);
                writer.bytes(text.as_bytes());
            }
            Self::Jwt { header, payload, signature } => {
                if Some(header) == other_header {
                    writer.bytes(&[JWT_SAME_HEADER]);
                } else {
                    writer.bytes(&[JWT]);
                    writer.prefixed(header);
                }
                writer.prefixed(payload);
                writer.bytes(signature);
            }
            Self::Hexadecimal(bytes) => {
                writer.bytes(&[HEXADECIMAL]);
                writer.bytes(bytes);
            }
        }
    }

    /// How many bytes [`write`](Self::write) appends.
    pub(super) fn length(&self, other_header: Option<&[u8]>) -> usize {
        let prefixed = |bytes: &[u8]| number_length(bytes.len() as u64) + bytes.len();
        1 + match *self {
            Self::Text(text) => text.len(),
            Self::Jwt { header, payload, signature } => {
                let header = if Some(header) == other_header { 0 } else { prefixed(header) };
                header + prefixed(payload) + signature.len()
            }
            Self::Hexadecimal(bytes) => bytes.len(),
        }
    }

    /// The text of the token.
    pub(super) fn unpack(&self) -> String {
        match *self {
            Self::Text(text) => text.to_owned(),
            Self::Jwt { header, payload, signature } => {
                let encoded = (header.len() + payload.len() + signature.len()).div_ceil(3) * 4;
                let mut text = String::with_capacity(encoded + 8);
                BASE64URL.encode_string(header, &mut text);
                text.push('.');
                BASE64URL.encode_string(payload, &mut text);
                text.push('.');
                BASE64URL.encode_string(signature, &mut text);
                text
            }
            Self::Hexadecimal(bytes) => {
                let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
                let mut text = String::with_capacity(bytes.len() * 2);
                text.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
                text
            }
        }
    }

    /// The header of a JWT.
    pub(super) const fn header(&self) -> Option<&'a [u8]> {
        match *self {
            Self::Jwt { header, .. } => Some(header),
            Self::Text(_) | Self::Hexadecimal(_) => None,
        }
    }

    /// The payload of a JWT, that is, its claims.
    pub(super) const fn claims(&self) -> Option<&'a [u8]> {
        match *self {
            Self::Jwt { payload, .. } => Some(payload),
            Self::Text(_) | Self::Hexadecimal(_) => None,
        }
    }
}

/// Decodes the three parts of a JWT into `buffer`, and returns the lengths of the first two. Decoding is strict, so
/// encoding the bytes again gives exactly the same text.
fn packed_jwt(text: &str, buffer: &mut Vec<u8>) -> Option<(usize, usize)> {
    let (header, rest) = text.split_once('.')?;
    let (payload, signature) = rest.split_once('.')?;
    BASE64URL.decode_vec(header, buffer).ok()?;
    let header = buffer.len();
    BASE64URL.decode_vec(payload, buffer).ok()?;
    let payload = buffer.len() - header;
    BASE64URL.decode_vec(signature, buffer).ok()?;
    Some((header, payload))
}

fn packed_hexadecimal(text: &str, buffer: &mut Vec<u8>) -> Option<()> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || pairs.is_empty() {
        return None;
    }
    buffer.clear();
    for [high, low] in pairs {
        buffer.push(digit(high)? << 4 | digit(low)?);
    }
    Some(())
}
