//! Tests with changed, cut and random values, which never open and never panic.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::super::{SdkKey, SdkLanguage, SdkOpenError, ShortSecrets};
use super::{SECRET, key, open_plaintext, payload};

fn refusal(value: impl AsRef<[u8]>) -> SdkOpenError {
    key().open(value.as_ref()).unwrap_err()
}

/// A sealed session as text and as bytes.
fn sealed() -> (String, Vec<u8>) {
    let text = key().seal(&payload(), SdkLanguage::Python).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
    (text, bytes)
}

#[test]
fn r37_why_a_value_does_not_open_is_told_apart() {
    let (text, bytes) = sealed();
    assert_eq!(refusal(""), SdkOpenError::Malformed);
    for version in [0, 2, 3, 255] {
        let mut other = bytes.clone();
        other[0] = version;
        assert_eq!(refusal(URL_SAFE_NO_PAD.encode(other)), SdkOpenError::OtherVersion { version });
    }
    for length in 1..29 {
        let short = &bytes[..length];
        assert_eq!(refusal(URL_SAFE_NO_PAD.encode(short)), SdkOpenError::Malformed, "{length}");
    }
    for length in [29, bytes.len() - 1] {
        assert_eq!(refusal(URL_SAFE_NO_PAD.encode(&bytes[..length])), SdkOpenError::Forged, "{length}");
    }
    let other = SdkKey::new(&SECRET.replace('0', "1"), ShortSecrets::Refuse).unwrap();
    assert_eq!(other.open(text.as_bytes()).unwrap_err(), SdkOpenError::Forged);
    // An empty plaintext with a valid tag.
    assert_eq!(open_plaintext("").unwrap_err(), SdkOpenError::NoSession);
}

#[test]
fn r37_only_canonical_base64_is_read() {
    // All 64 characters, in bytes that need padding.
    let bytes: Vec<u8> = (1..=254).collect();
    assert_eq!(refusal(URL_SAFE_NO_PAD.encode(&bytes)), SdkOpenError::Forged);
    for other in [URL_SAFE.encode(&bytes), STANDARD.encode(&bytes), STANDARD_NO_PAD.encode(&bytes)] {
        assert_eq!(refusal(other), SdkOpenError::Malformed);
    }
    // A text whose last two bits belong to no byte.
    let text = key().seal_plaintext(b"{}....", [0; 12]).unwrap();
    assert_eq!(text.len() % 4, 3);
    let last = text.bytes().last().unwrap();
    let twins = (0..=255).filter(|byte| *byte != last).filter(|byte| {
        let twin = [&text.as_bytes()[..text.len() - 1], &[*byte]].concat();
        refusal(&twin) != SdkOpenError::Malformed
    });
    assert_eq!(twins.count(), 15, "four bits of the last character count, so 16 characters are valid there");
}

#[test]
fn r37_every_change_of_a_character_is_noticed() {
    let (text, _) = sealed();
    for (at, old) in text.bytes().enumerate() {
        for new in [b'A', b'Q', b'g', b'w', b'_', b'-', b'=', b'+', b'/', b' ', b'.', 0xff, b'%'] {
            let mut changed = text.clone().into_bytes();
            changed[at] = new;
            assert_eq!(key_opens(&changed), new == old, "{at} {}", char::from(new));
        }
    }
    for cut in 0..text.len() {
        assert!(!key_opens(&text.as_bytes()[..cut]) && !key_opens(&text.as_bytes()[cut + 1..]));
    }
    for changed in [
        format!("{text}A"),
        format!("{text}="),
        format!(" {text}"),
        format!("{text}\n"),
        format!("\"{text}\""),
    ] {
        assert!(!key_opens(changed.as_bytes()));
    }
}

fn key_opens(value: &[u8]) -> bool {
    static KEY: std::sync::LazyLock<SdkKey> = std::sync::LazyLock::new(key);
    KEY.open(value).is_ok()
}

proptest! {
    #[test]
    fn r43_random_bytes_never_open_nor_panic(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(!key_opens(&bytes));
        let mut bytes = bytes;
        if let Some(version) = bytes.first_mut() {
            *version = 1;
        }
        prop_assert!(!key_opens(URL_SAFE_NO_PAD.encode(&bytes).as_bytes()));
    }

    #[test]
    fn r43_random_plaintexts_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2822)) {
        prop_assert!(open_plaintext(&bytes).is_err());
    }

    #[test]
    fn r43_text_like_a_payload_never_panics(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", " ", "null", "1", "1e999", "-", "\"access_token\"", "\"accessToken\"",
            "\"user\"", "\"expires_at\"", "\"a\"", "\"\\u0000\"", "\"\\ud800\"", "é", "\u{feff}", "true", "{}", "\n",
        ]), 0..30)
    ) {
        let _ = open_plaintext(parts.concat());
        let _ = open_plaintext(format!("{{\"access_token\":\"a\",{}}}", parts.concat()));
    }

    #[test]
    fn r37_mutated_values_never_open(at: prop::sample::Index, bit in 0_u8..8, take: bool) {
        let (_, mut bytes) = sealed();
        let at = at.index(bytes.len());
        if take {
            bytes.remove(at);
        } else {
            bytes[at] ^= 1 << bit;
        }
        prop_assert!(!key_opens(URL_SAFE_NO_PAD.encode(&bytes).as_bytes()));
    }
}
