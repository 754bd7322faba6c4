//! Tests against cookies that the official Python package made.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::key::derive;
use super::super::{SdkCookieSecretError, SdkKey, SdkLanguage, ShortSecrets};
use super::SECRET;
use crate::clock::Timestamp;

/// Cookies made by the official Python package, in the version that the file names. Never generate them again.
const VECTORS: &str = include_str!("../../../tests/vectors/sk_session_v1.json");

/// One session in each dialect: plaintext and cookie. The secret is that of these tests, the nonce is 00 01 … 0b.
const MINIMAL: [(SdkLanguage, &str, &str); 2] = [
    (
        SdkLanguage::Python,
        r#"{"user":{"sub":"usr_1"},"access_token":"at","refresh_token":"rt","id_token":"it","expires_at":1735689600}"#,
        "AQABAgMEBQYHCAkKC2qVHWJpVsxb3f3r7pl-isoHySlvTCgYrdbCoSem_wxLrstiVG2Z9aDKWeUZZ2XU-uVyPXQLWN87iHL4Lf9TVjXzV3CiQjttqwqnwNe62KmS0HI1n7bkNab5bnNtKbG7yJ525CflQGcDHSNJk7EpGaW4Ql-KRj-cwMA",
    ),
    (
        SdkLanguage::Node,
        r#"{"user":{"sub":"usr_1"},"accessToken":"at","refreshToken":"rt","idToken":"it","expiresAt":1735689600}"#,
        "AQABAgMEBQYHCAkKC2qVHWJpVsxb3f3r7pl-isoHySlvTCgYrdbCoSem_wxAtc9sXyGB7ePfD-sXN3LX7vJkJkg7R9U-zyb4ZakDDjW2EU2pdips4lXri5m6nf_VhCA5laP-BreoCyMuOL68x5R14i-h5DMScmgnoy0A6Yi4qQhQyw",
    ),
];

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    secret: String,
    payload: Payload,
    cookie: String,
    derived_key_hex: String,
}

#[derive(Deserialize)]
struct Payload {
    user: Map<String, Value>,
    access_token: String,
    refresh_token: Option<String>,
    id_token: Option<String>,
    expires_at: u64,
}

fn cases() -> Vec<Case> {
    let cases = serde_json::from_str::<Vectors>(VECTORS).unwrap().cases;
    assert!(cases.len() >= 3);
    cases
}

#[test]
fn r38_cookies_of_the_official_package_open_and_are_made_again() {
    for case in cases() {
        let key = SdkKey::new(&case.secret, ShortSecrets::Allow).unwrap();
        let opened = key.open(case.cookie.as_bytes()).unwrap();
        let payload = &opened.payload;
        assert_eq!(opened.dialect, SdkLanguage::Python, "{}", case.name);
        assert_eq!(payload.access_token.secret(), case.payload.access_token, "{}", case.name);
        let refresh_token = payload.refresh_token.as_ref().map(|token| token.secret().to_owned());
        assert_eq!(refresh_token, case.payload.refresh_token, "{}", case.name);
        let id_token = payload.id_token.as_ref().map(|token| token.secret().to_owned());
        assert_eq!(id_token, case.payload.id_token, "{}", case.name);
        let user: Map<String, Value> = serde_json::from_str(payload.unverified_user().unwrap()).unwrap();
        assert_eq!(user, case.payload.user, "{}", case.name);
        let expires_at = Timestamp::from_secs(case.payload.expires_at);
        assert_eq!(payload.unverified_expires_at(), Some(expires_at), "{}", case.name);

        let nonce = URL_SAFE_NO_PAD.decode(&case.cookie).unwrap()[1..13].try_into().unwrap();
        assert_eq!(
            key.seal_with_nonce(payload, SdkLanguage::Python, nonce),
            Ok(case.cookie),
            "{}",
            case.name
        );
    }
}

#[test]
fn r38_one_session_in_both_dialects_has_the_documented_cookies() {
    let key = super::key();
    let nonce = std::array::from_fn(|index| index as u8);
    for (dialect, plaintext, cookie) in MINIMAL {
        assert_eq!(key.seal_plaintext(plaintext.as_bytes(), nonce).as_deref(), Ok(cookie));
        let opened = key.open(cookie.as_bytes()).unwrap();
        assert_eq!(opened.dialect, dialect);
        for (other, _, cookie) in MINIMAL {
            assert_eq!(key.seal_with_nonce(&opened.payload, other, nonce).as_deref(), Ok(cookie));
        }
    }
}

#[test]
fn the_key_is_the_one_that_the_official_package_derives() {
    let hexadecimal = |secret: &str| -> String {
        derive(secret).unwrap().iter().map(|byte| format!("{byte:02x}")).collect()
    };
    for case in cases() {
        assert_eq!(hexadecimal(&case.secret), case.derived_key_hex, "{}", case.name);
    }
    assert_eq!(hexadecimal(SECRET), "a00ba4f5029cc3088f524d321ead6d52583040604c71bae45da37cfe85cdfcad");
}

#[test]
fn a_secret_is_taken_whole_commas_and_white_space_included() {
    let sealed = super::key().seal(&super::payload(), SdkLanguage::Node).unwrap();
    for other in [
        format!("{SECRET},"),
        format!("{SECRET},{SECRET}"),
        format!(" {SECRET}"),
        format!("{SECRET}\n"),
        SECRET.to_uppercase(),
    ] {
        let key = SdkKey::new(&other, ShortSecrets::Refuse).unwrap();
        assert!(key.open(sealed.as_bytes()).is_err(), "{other:?}");
    }
}

#[test]
fn short_secrets_need_to_be_allowed_and_empty_ones_are_refused() {
    let outcome = |secret: &str, short| SdkKey::new(secret, short).map(|_| ());
    let short = &SECRET[..31];
    assert_eq!(outcome(short, ShortSecrets::Refuse), Err(SdkCookieSecretError::TooShort { bytes: 31 }));
    assert_eq!(outcome(short, ShortSecrets::Allow), Ok(()));
    assert_eq!(outcome("x", ShortSecrets::Allow), Ok(()));
    assert_eq!(outcome(SECRET, ShortSecrets::Refuse), Ok(()));
    // 32 bytes, not 32 characters
    assert_eq!(outcome(&"é".repeat(16), ShortSecrets::Refuse), Ok(()));
    for short in [ShortSecrets::Refuse, ShortSecrets::Allow] {
        assert_eq!(outcome("", short), Err(SdkCookieSecretError::Empty));
    }
}
