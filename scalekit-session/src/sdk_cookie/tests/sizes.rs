//! Tests of the longest value, and of how much memory opening takes.

use super::super::{MAX_TEXT, SdkLanguage, SdkOpenError, SdkPayload, SdkSealError};
use super::{CLAIMS, jwt, key, verified};
use crate::secret::RefreshToken;

/// A session whose plaintext has exactly `length` bytes.
fn of_plaintext(length: usize, dialect: SdkLanguage) -> SdkPayload {
    let with = |padding: usize| {
        let refresh_token = Some(RefreshToken::new("r".repeat(padding)));
        SdkPayload::new(jwt(CLAIMS), refresh_token, None, &verified(CLAIMS)).unwrap()
    };
    let least = with(1).encode(dialect).unwrap().len();
    let payload = with(1 + length - least);
    assert_eq!(payload.encode(dialect).unwrap().len(), length);
    payload
}

/// No base64 text has 3801 characters, so the next length after 3800 is 3802.
#[test]
fn r16_a_value_has_at_most_3800_characters_when_it_is_written() {
    for dialect in [SdkLanguage::Python, SdkLanguage::Node] {
        for (plaintext, characters) in [(2820, 3799), (2821, 3800), (2822, 3802), (9000, 12039)] {
            let payload = of_plaintext(plaintext, dialect);
            let sealed = key().seal(&payload, dialect);
            if characters <= MAX_TEXT {
                let sealed = sealed.unwrap();
                assert_eq!(sealed.len(), characters);
                assert_eq!(key().open(sealed.as_bytes()).unwrap().payload, payload);
            } else {
                assert_eq!(sealed, Err(SdkSealError::TooLong { characters }));
            }
        }
    }
    let shown = SdkSealError::TooLong { characters: 3802 }.to_string();
    assert!(shown.contains("3802") && shown.contains("3800"), "{shown}");
}

#[test]
fn r16_a_longer_value_is_refused_before_any_work() {
    let sealed = key().seal(&of_plaintext(2821, SdkLanguage::Node), SdkLanguage::Node).unwrap();
    assert!(key().open(sealed.as_bytes()).is_ok());
    for more in ["A", "=", " ", "AA", &"A".repeat(1 << 20)] {
        let value = [&sealed, more].concat();
        let allocated = allocation_counter::measure(|| {
            let refused = key_of_tests(|key| key.open(value.as_bytes()).unwrap_err());
            assert_eq!(refused, SdkOpenError::TooLong { characters: value.len() });
        });
        assert_eq!(allocated.count_total, 0);
    }
    for length in [3799, 3800] {
        assert_ne!(
            key().open(&vec![b'A'; length]).unwrap_err(),
            SdkOpenError::TooLong { characters: length },
            "a value of this length is not too long"
        );
    }
    assert_eq!(key().open(&[b'A'; 3801]).unwrap_err(), SdkOpenError::TooLong { characters: 3801 });
}

#[test]
fn r16_opening_allocates_little_more_than_the_value_is_long() {
    let many_names: String =
        (0..40).map(|index| format!(r#","n{index}":{}"#, "[".repeat(20) + &"]".repeat(20))).collect();
    for plaintext in [
        format!(r#"{{"user":{},"access_token":"a"}}"#, "[".repeat(2700)),
        format!(r#"{{"user":{{"a":{}{}}},"access_token":"a"}}"#, "[".repeat(1300), "]".repeat(1300)),
        format!(r#"{{"user":{{"a":[{}0]}},"access_token":"a"}}"#, "0,".repeat(1350)),
        format!(r#"{{"access_token":"a"{many_names}}}"#),
        format!(r#"{{"access_token":"{}"}}"#, r"\u0041".repeat(460)),
        " ".repeat(2800),
    ] {
        let sealed = key().seal_plaintext(plaintext.as_bytes(), [1; 12]).unwrap();
        let allocated = allocation_counter::measure(|| {
            let _ = key_of_tests(|key| key.open(sealed.as_bytes()));
        });
        assert!(allocated.bytes_total <= 4 * sealed.len() as u64, "{allocated:?} {plaintext}");
        assert!(allocated.count_total < 128, "{allocated:?} {plaintext}");
    }
}

/// Works with a key that is derived only once, so that its derivation is not measured.
fn key_of_tests<T>(work: impl FnOnce(&super::SdkKey) -> T) -> T {
    static KEY: std::sync::LazyLock<super::SdkKey> = std::sync::LazyLock::new(key);
    work(&KEY)
}
