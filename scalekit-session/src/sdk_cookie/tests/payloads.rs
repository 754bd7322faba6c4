//! Tests of what is written into the cookie and read from it, in both dialects.

use proptest::prelude::*;

use super::super::{NotVerified, SdkKey, SdkLanguage, SdkOpenError, SdkPayload, SdkSealError, ShortSecrets};
use super::{CLAIMS, SECRET, jwt, key, open_plaintext, payload, verified};
use crate::clock::Timestamp;
use crate::seal::{Key, Keyring, Purpose};
use crate::secret::{AccessToken, IdToken, RefreshToken};

#[test]
fn a_session_comes_back_in_either_dialect() {
    let whole = payload();
    let bare = SdkPayload::new(jwt(CLAIMS), None, None, &verified(CLAIMS)).unwrap();
    for payload in [whole, bare] {
        for dialect in [SdkLanguage::Python, SdkLanguage::Node] {
            let opened = key().open(key().seal(&payload, dialect).unwrap().as_bytes()).unwrap();
            assert_eq!((opened.payload, opened.dialect), (payload.clone(), dialect));
        }
    }
}

#[test]
fn each_value_has_a_nonce_of_its_own() {
    let [one, other] = [(); 2].map(|()| key().seal(&payload(), SdkLanguage::Python).unwrap());
    assert_ne!(one[..16], other[..16]);
}

#[test]
fn what_is_missing_is_null_in_python_and_left_out_in_node() {
    let claims = r#"{"iss":"i","sub":"s","exp":2,"iat":1}"#;
    let bare = SdkPayload::new(jwt(claims), None, None, &verified(claims)).unwrap();
    let written = |dialect| String::from_utf8(bare.encode(dialect).unwrap().to_vec()).unwrap();
    let token = bare.access_token.secret();
    let python = format!(
        r#"{{"user":{claims},"access_token":"{token}","refresh_token":null,"id_token":null,"expires_at":2}}"#
    );
    assert_eq!(written(SdkLanguage::Python), python);
    let node = format!(r#"{{"user":{claims},"accessToken":"{token}","expiresAt":2}}"#);
    assert_eq!(written(SdkLanguage::Node), node);
}

#[test]
fn what_is_written_for_user_and_end_is_what_was_verified() {
    let payload = payload();
    assert_eq!(payload.unverified_user(), Some(CLAIMS));
    assert_eq!(payload.unverified_expires_at(), Some(Timestamp::from_secs(1_758_265_247)));
}

#[test]
fn r42_claims_of_another_token_vouch_for_nothing() {
    let [other_user, machine] = [("usr_1", "usr_2"), (r#""sid":"ses_1","#, "")]
        .map(|(from, to)| verified(&CLAIMS.replacen(from, to, 1)));
    for claims in [other_user, machine, verified(&CLAIMS.replace("1758265247", "1758265248"))] {
        assert_eq!(SdkPayload::new(jwt(CLAIMS), None, None, &claims), Err(NotVerified));
    }
    for token in ["", "opaque", "a.b.c", "e30.e30.e30"] {
        let token = AccessToken::new(token);
        assert_eq!(SdkPayload::new(token, None, None, &verified(CLAIMS)), Err(NotVerified));
    }
}

#[test]
fn a_rotation_keeps_the_id_token_and_what_newer_packages_added() {
    let opened = open_plaintext(
        r#"{"user":{"sub":"usr_1"}, "\u0074heme" : {"dark" : [true, 1e999]} ,"accessToken":"at","refreshToken":"rt","idToken":"it","expiresAt":1,"v":null}"#,
    )
    .unwrap();
    let claims = verified(CLAIMS);
    let SdkPayload { id_token, .. } = opened.payload.clone();
    let rotated = SdkPayload::new(jwt(CLAIMS), Some(RefreshToken::new("rt_2")), id_token, &claims).unwrap();
    let rotated = rotated.with_beside(opened.payload.beside().unwrap().to_owned().into());
    assert_eq!(rotated.id_token, Some(IdToken::new("it")));
    assert_eq!(rotated.refresh_token, Some(RefreshToken::new("rt_2")));
    assert_eq!(rotated.unverified_user(), Some(CLAIMS));
    assert_eq!(rotated.unverified_expires_at(), Some(claims.expires_at()));
    let written = String::from_utf8(rotated.encode(SdkLanguage::Node).unwrap().to_vec()).unwrap();
    let end = r#","idToken":"it","expiresAt":1758265247,"\u0074heme":{"dark" : [true, 1e999]},"v":null}"#;
    assert!(written.ends_with(end), "{written}");
    let again = open_plaintext(written).unwrap();
    assert_eq!(again.payload, rotated);
}

#[test]
fn r21_neither_format_opens_under_the_other_ones_name() {
    let native =
        Keyring::new(vec![Key::parse(SECRET).unwrap()], "https://acme.scalekit.dev", "skc_1").unwrap();
    let official = key().seal(&payload(), SdkLanguage::Python).unwrap();
    assert!(native.open(Purpose::Session, "sk_session", official.as_str()).is_err());
    let sealed = native.seal(Purpose::Session, "sk_session", b"plain").unwrap();
    assert_eq!(key().open(sealed.as_bytes()).unwrap_err(), SdkOpenError::OtherVersion { version: 2 });
}

#[test]
fn r46_nothing_that_is_printed_shows_a_secret() {
    let sealed = key().seal(&payload(), SdkLanguage::Node).unwrap();
    let opened = key().open(sealed.as_bytes()).unwrap();
    assert_eq!(
        format!("{:?} {opened:?}", key()),
        "SdkKey([redacted]) Opened { payload: SdkPayload { refresh_token: true, id_token: true, \
         unverified_user: true, unverified_expires_at: Some(Timestamp(1758265247000)), .. }, dialect: Node }"
    );
    let secret = "hunter2";
    let refused = SdkKey::new(secret, ShortSecrets::Refuse).unwrap_err();
    let mixed = open_plaintext(r#"{"access_token":"hunter2","accessToken":"hunter2"}"#).unwrap_err();
    let repeated = open_plaintext(r#"{"hunter2":1,"hunter2":1}"#).unwrap_err();
    let none = open_plaintext(r#"{"access_token":{"hunter2":1}}"#).unwrap_err();
    for shown in [
        format!("{refused} {refused:?} {mixed} {mixed:?} {repeated} {repeated:?} {none} {none:?}"),
        format!("{NotVerified} {} {:?}", SdkSealError::Cipher, SdkSealError::NoRandomness),
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

proptest! {
    #[test]
    fn any_tokens_come_back(access in "\\PC{1,80}", refresh in ".{1,40}", id in ".{0,40}", node: bool) {
        let claims = CLAIMS.replacen("Zoë 김", &access.replace(['"', '\\'], "'"), 1);
        let id_token = Some(IdToken::new(id.clone()));
        let refresh_token = Some(RefreshToken::new(refresh));
        let payload = SdkPayload::new(jwt(&claims), refresh_token, id_token, &verified(&claims)).unwrap();
        let dialect = if node { SdkLanguage::Node } else { SdkLanguage::Python };
        let opened = key().open(key().seal(&payload, dialect).unwrap().as_bytes()).unwrap();
        let mut expected = payload;
        // The packages treat an empty token as missing.
        expected.id_token = expected.id_token.filter(|_| !id.is_empty());
        prop_assert_eq!(opened.payload, expected);
    }
}
