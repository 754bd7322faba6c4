//! The keys that are derived from one secret, and the bytes of a sealed value: the format in `seal/mod.rs`.

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use base64::Engine;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use super::base64url::BASE64URL;
use super::key::Key;
use super::keyring::OpenError;
use super::purpose::Purpose;

/// Separates our keys from keys that other programs derive from the same secret. Part of the format: never change it.
const DOMAIN: &[u8] = b"scalekit-session seal v2";

const VERSION: u8 = 2;
const KEY_ID: usize = 4;
const AES_KEY: usize = 32;
const NONCE: usize = 12;

/// The length of the authentication tag, in bytes.
pub(super) const TAG: usize = 16;

/// The key id of one secret and one subkey for each purpose, derived once.
pub(super) struct Cipher {
    pub(super) id: [u8; KEY_ID],
    session: Hkdf<Sha256>,
    transaction: Hkdf<Sha256>,
    looped: Hkdf<Sha256>,
    hop: Hkdf<Sha256>,
}

impl Cipher {
    pub(super) fn derive(key: &Key, environment_url: &str, client_id: &str) -> Option<Self> {
        let (mut root, hkdf) = Hkdf::<Sha256>::extract(Some(DOMAIN), key.bytes());
        root.as_mut_slice().zeroize();
        let mut context = Vec::new();
        for part in [DOMAIN, environment_url.as_bytes(), client_id.as_bytes()] {
            push_delimited(&mut context, part);
        }
        let subkey = |purpose: Purpose| {
            let mut info = context.clone();
            push_delimited(&mut info, b"seal");
            push_delimited(&mut info, purpose.name().as_bytes());
            Hkdf::from_prk(expand::<32>(&hkdf, &info)?.as_slice()).ok()
        };
        let mut id_info = context.clone();
        push_delimited(&mut id_info, b"key id");
        Some(Self {
            id: *expand(&hkdf, &id_info)?,
            session: subkey(Purpose::Session)?,
            transaction: subkey(Purpose::Transaction)?,
            looped: subkey(Purpose::Loop)?,
            hop: subkey(Purpose::Hop)?,
        })
    }

    /// Encrypts `plaintext`. The result is header, ciphertext and tag.
    pub(super) fn seal(
        &self,
        purpose: Purpose,
        name: &str,
        header: &Header,
        plaintext: &[u8],
    ) -> Option<Vec<u8>> {
        // Allocates enough for everything: a vector that grows would leave plaintext behind in memory.
        let mut sealed = Vec::with_capacity(Header::LENGTH + plaintext.len() + TAG);
        sealed.extend_from_slice(&header.bytes());
        sealed.extend_from_slice(plaintext);
        let (_, text) = sealed.split_at_mut_checked(Header::LENGTH)?;
        let data = associated_data(header, purpose, name);
        let (cipher, nonce) = self.message_cipher(purpose, header)?;
        match cipher.encrypt_inout_detached(&nonce.into(), &data, InOutBuf::from(&mut *text)) {
            Ok(tag) => {
                sealed.extend_from_slice(&tag);
                Some(sealed)
            }
            Err(aes_gcm::Error) => {
                sealed.zeroize();
                None
            }
        }
    }

    /// Decrypts `body`, which is ciphertext and tag. `None` when the tag does not match.
    pub(super) fn open(
        &self,
        purpose: Purpose,
        name: &str,
        header: &Header,
        mut body: Vec<u8>,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let tag = *body.last_chunk::<TAG>()?;
        body.truncate(body.len() - TAG);
        let mut text = Zeroizing::new(body);
        let data = associated_data(header, purpose, name);
        let (cipher, nonce) = self.message_cipher(purpose, header)?;
        let buffer = InOutBuf::from(text.as_mut_slice());
        cipher.decrypt_inout_detached(&nonce.into(), &data, buffer, &tag.into()).ok()?;
        Some(text)
    }

    /// The cipher and the nonce, which no other salt and no other purpose have.
    fn message_cipher(&self, purpose: Purpose, header: &Header) -> Option<(Aes256Gcm, [u8; NONCE])> {
        let subkey = match purpose {
            Purpose::Session => &self.session,
            Purpose::Transaction => &self.transaction,
            Purpose::Loop => &self.looped,
            Purpose::Hop => &self.hop,
        };
        let material = expand::<{ AES_KEY + NONCE }>(subkey, &header.salt)?;
        let key = material.first_chunk::<AES_KEY>()?;
        Some((Aes256Gcm::new(key.into()), *material.last_chunk()?))
    }
}

/// The bytes in front of the ciphertext: version, key id, salt.
pub(super) struct Header {
    pub(super) key_id: [u8; KEY_ID],
    pub(super) salt: [u8; Self::SALT],
}

impl Header {
    /// The length of the salt, in bytes.
    pub(super) const SALT: usize = 16;

    /// The length of a header, in bytes.
    pub(super) const LENGTH: usize = 1 + KEY_ID + Self::SALT;

    /// The length of an encoded header, in characters.
    pub(super) const TEXT: usize = Self::LENGTH / 3 * 4;

    /// Reads an encoded header.
    pub(super) fn read(text: &[u8]) -> Result<Self, OpenError> {
        let mut bytes = [0; Self::LENGTH];
        BASE64URL.decode_slice(text, &mut bytes).map_err(|_| OpenError::Malformed)?;
        let [version, rest @ ..] = bytes;
        match version {
            VERSION => {}
            0..VERSION => return Err(OpenError::Malformed),
            _ => return Err(OpenError::NewerVersion),
        }
        match (rest.first_chunk(), rest.last_chunk()) {
            (Some(key_id), Some(salt)) => Ok(Self { key_id: *key_id, salt: *salt }),
            _ => Err(OpenError::Malformed),
        }
    }

    fn bytes(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let content = [VERSION].into_iter().chain(self.key_id).chain(self.salt);
        bytes.iter_mut().zip(content).for_each(|(place, byte)| *place = byte);
        bytes
    }
}

/// Whether a cookie's value begins like a sealed value, whole or as the first of several parts. This is only a quick
/// look at the first bytes: an attacker can make such a value.
pub(crate) fn looks_sealed(value: &[u8]) -> bool {
    let text = match value {
        [b'2'..=b'8', b'.', text @ ..] => text,
        text => text,
    };
    // `A` is the first six bits of version 2, all zero. `g` … `v` are its last two bits and the first four of the key
    // id.
    text.len() > Header::TEXT && matches!(text, [b'A', b'g'..=b'v', ..])
}

const _: () = assert!(VERSION == 2);

// An encoded header is a whole number of groups of four characters, so that header and body can be decoded separately.
const _: () = assert!(Header::LENGTH.is_multiple_of(3));

/// The associated data: what the tag authenticates besides the ciphertext.
fn associated_data(header: &Header, purpose: Purpose, name: &str) -> Vec<u8> {
    let purpose = purpose.name().as_bytes();
    let mut data = Vec::with_capacity(Header::LENGTH + 4 + purpose.len() + 4 + name.len());
    data.extend_from_slice(&header.bytes());
    push_delimited(&mut data, purpose);
    push_delimited(&mut data, name.as_bytes());
    data
}

/// Appends the length of `part` as four bytes, big endian, then `part`. So no two different lists of parts give the
/// same bytes.
fn push_delimited(bytes: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(part);
}

/// HKDF-Expand (RFC 5869 §2.3). `None` for more than 8160 bytes, which no caller here needs.
fn expand<const N: usize>(hkdf: &Hkdf<Sha256>, info: &[u8]) -> Option<Zeroizing<[u8; N]>> {
    let mut material = Zeroizing::new([0; N]);
    hkdf.expand(info, material.as_mut_slice()).ok()?;
    Some(material)
}
