//! What an application writes that follows a quickstart: decrypt the cookie, then verify the token's signature, on
//! each request, with the key parsed from its JWK each time.

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const NAME: &str = "session";
const NONCE: [u8; 12] = [7; 12];
const TAG: usize = 16;

/// The key of the cookies and the published key of the tokens.
#[derive(Debug)]
pub struct Recipe {
    secret: [u8; 32],
    jwk: Value,
}

impl Recipe {
    /// A recipe for tokens that this JWK verifies; `None` when it is no JSON.
    #[must_use]
    pub fn new(jwk: &str) -> Option<Self> {
        Some(Self { secret: [42; 32], jwk: serde_json::from_str(jwk).ok()? })
    }

    /// The session's cookie: three tokens as JSON, sealed as a whole. The nonce is fixed, which only a benchmark may do.
    #[must_use]
    pub fn seal(&self, access_token: &str, refresh_token: &str, id_token: &str) -> Option<String> {
        let payload =
            json!({ "access_token": access_token, "refresh_token": refresh_token, "id_token": id_token });
        let mut sealed = payload.to_string().into_bytes();
        let cipher = Aes256Gcm::new_from_slice(&self.secret).ok()?;
        let tag =
            cipher.encrypt_inout_detached(&NONCE.into(), &[], InOutBuf::from(sealed.as_mut_slice())).ok()?;
        sealed.extend_from_slice(&tag);
        Some(format!("{NAME}={}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// The claims of the access token in a `Cookie` header, when everything about it is right.
    #[must_use]
    pub fn validate(&self, cookies: &str, now: u64) -> Option<Value> {
        let session = cookies.split(';').find_map(|pair| pair.trim().strip_prefix("session="))?;
        let payload: Value = serde_json::from_slice(&self.open(session)?).ok()?;
        self.verify(payload.get("access_token")?.as_str()?, now)
    }

    fn open(&self, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let length = bytes.len().checked_sub(TAG)?;
        let (text, tag) = bytes.split_at_mut(length);
        let tag: [u8; TAG] = <[u8; TAG]>::try_from(&*tag).ok()?;
        let cipher = Aes256Gcm::new_from_slice(&self.secret).ok()?;
        cipher.decrypt_inout_detached(&NONCE.into(), &[], InOutBuf::from(text), &tag.into()).ok()?;
        bytes.truncate(length);
        Some(bytes)
    }

    fn verify(&self, token: &str, now: u64) -> Option<Value> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header.get("alg")? != "RS256" || header.get("kid")? != self.jwk.get("kid")? {
            return None;
        }
        let component = |name: &str| URL_SAFE_NO_PAD.decode(self.jwk.get(name)?.as_str()?).ok();
        RsaPublicKeyComponents { n: component("n")?, e: component("e")? }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?)
            .ok()?;
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (claims.get("exp")?.as_u64()? > now).then_some(claims)
    }
}
