//! Tests of cookie secrets: how they may be written, and which are refused.

use super::super::keyring::CookieSecretListError;
use super::super::{CookieSecretError, Key, Keyring};
use super::{CLIENT, ENVIRONMENT, key};

const BYTES: &[u8; 32] = b"0123456789abcdef0123456789ABCDEF";

#[test]
fn one_secret_may_be_written_in_hexadecimal_base64_or_base64url() {
    let same = [
        "3031323334353637383961626364656630313233343536373839414243444546",
        " 3031323334353637383961626364656630313233343536373839414243444546\n",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUY=",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUY",
    ];
    for text in same {
        assert_eq!(Key::parse(text).unwrap().bytes(), BYTES, "{text}");
    }
    let [url, standard] =
        ["_-_-AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0=", "/+/+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0"];
    assert_eq!(Key::parse(url), Key::parse(standard));
    assert_eq!(Key::parse(url).unwrap().bytes().len(), 32);
}

#[test]
fn other_text_is_taken_as_it_is() {
    for text in [
        "0123456789abcdef0123456789abcdef",
        "correct horse battery staple, and more of them",
        "schlüssel-mit-umlauten-äöü-und-mehr-davon",
    ] {
        assert_eq!(Key::parse(text).unwrap().bytes(), text.as_bytes());
    }
}

#[test]
fn secrets_that_are_short_or_can_be_guessed_are_refused() {
    assert_eq!(Key::parse(" \n"), Err(CookieSecretError::Empty));
    assert_eq!(Key::parse("0123456789abcdef0123456789abcde"), Err(CookieSecretError::TooShort { bytes: 31 }));
    for weak in [
        "0".repeat(64),
        "A".repeat(43),
        "x".repeat(400),
        "password".repeat(8),
        "changeme-please".repeat(5),
        "0011223344556677".repeat(3),
        "00112233445566778899".repeat(4),
    ] {
        assert_eq!(Key::parse(&weak), Err(CookieSecretError::Guessable), "{weak}");
    }
}

#[test]
fn r46_neither_keys_nor_their_errors_show_the_secret() {
    let secret = "0123456789abcdef0123456789abcdef";
    let parsed = Key::parse(secret).unwrap();
    let keyring = Keyring::new(vec![parsed.clone()], ENVIRONMENT, CLIENT).unwrap();
    assert_eq!(format!("{parsed:?} {keyring:?}"), "Key([redacted]) Keyring { keys: 1, .. }");
    for error in [Key::parse("hunter2").unwrap_err(), Key::parse(&"hunter2".repeat(9)).unwrap_err()] {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2") && shown.contains("openssl rand -base64 32"), "{shown}");
    }
}

#[test]
fn a_ring_needs_one_to_eight_different_keys() {
    let ring = |keys| Keyring::new(keys, ENVIRONMENT, CLIENT).map(|_| ());
    assert_eq!(ring(vec![]), Err(CookieSecretListError::Empty));
    assert_eq!(ring(vec![key(1), key(2), key(1)]), Err(CookieSecretListError::Duplicate));
    assert_eq!(ring((0..8).map(key).collect()), Ok(()));
    assert_eq!(ring((0..9).map(key).collect()), Err(CookieSecretListError::TooMany));
}
