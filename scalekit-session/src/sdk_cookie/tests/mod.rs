//! Tests of the SDK cookie, and the session that they share.

mod hostile;
mod objects;
mod payloads;
mod sizes;
mod vectors;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Opened, SdkKey, SdkOpenError, SdkPayload, ShortSecrets};
use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::token::claims::Claims;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const CLAIMS: &str = r#"{"iss":"https://acme.scalekit.dev","aud":["skc_1"],"sub":"usr_1","oid":"org_1","exp":1758265247,"iat":1758264947,"jti":"tkn_1","sid":"ses_1","client_id":"skc_1","roles":["admin"],"name":"Zoë 김"}"#;

fn key() -> SdkKey {
    SdkKey::new(SECRET, ShortSecrets::Refuse).unwrap()
}

fn jwt(claims: &str) -> AccessToken {
    let parts = [r#"{"alg":"RS256","kid":"snk_1"}"#, claims, "signature"];
    AccessToken::new(parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join("."))
}

/// The claims, as if their token were verified.
fn verified(claims: &str) -> Claims {
    Claims::unverified(claims.as_bytes()).unwrap()
}

fn payload() -> SdkPayload {
    let refresh_token = Some(RefreshToken::new("rt_1_abcdef"));
    let id_token = Some(IdToken::new("header.content.signature"));
    SdkPayload::new(jwt(CLAIMS), refresh_token, id_token, &verified(CLAIMS)).unwrap()
}

/// Seals a cookie with that plaintext and opens it.
fn open_plaintext(plaintext: impl AsRef<[u8]>) -> Result<Opened, SdkOpenError> {
    let sealed = key().seal_plaintext(plaintext.as_ref(), [7; 12]).unwrap();
    key().open(sealed.as_bytes())
}
