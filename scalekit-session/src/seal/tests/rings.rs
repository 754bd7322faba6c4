//! Tests of keyrings: what opens which value, rotation of secrets, and changed values.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;

use super::super::keyring::{OpenError, SealError};
use super::super::{Keyring, Purpose};
use super::{CLIENT, ENVIRONMENT, NAME, key, ring};
use crate::cookie::{CookieNames, Holder, RequestCookies};

const PURPOSES: [Purpose; 4] = [Purpose::Session, Purpose::Transaction, Purpose::Loop, Purpose::Hop];

/// Opens a value and returns the plaintext.
fn open(keyring: &Keyring, purpose: Purpose, name: &str, sealed: &str) -> Result<Vec<u8>, OpenError> {
    keyring.open(purpose, name, sealed).map(|opened| opened.plaintext.to_vec())
}

#[test]
fn r21_a_value_opens_only_with_its_own_purpose_name_environment_and_client() {
    let names = ["__Host-scalekit", "__Host-scalekit-tx-a", "__Host-scalekit-loop", "", "__Host-scalekit.1"];
    let ring = ring(&[1]);
    for (purpose, name) in PURPOSES.into_iter().flat_map(|purpose| names.map(|name| (purpose, name))) {
        let sealed = ring.seal(purpose, name, b"plain").unwrap();
        for (other, other_name) in PURPOSES.into_iter().flat_map(|purpose| names.map(|name| (purpose, name)))
        {
            let expected = if (other, other_name) == (purpose, name) {
                Ok(b"plain".to_vec())
            } else {
                Err(OpenError::Forged)
            };
            assert_eq!(
                open(&ring, other, other_name, &sealed),
                expected,
                "{purpose:?} {name} as {other:?} {other_name}"
            );
        }
    }
    let sealed = ring.seal(Purpose::Session, NAME, b"plain").unwrap();
    let neighbours = [
        (ENVIRONMENT, "skc_2"),
        ("https://other.scalekit.dev", CLIENT),
        ("https://acme.scalekit.devs", "kc_1"),
        ("https://acme.scalekit.de", "vskc_1"),
    ];
    for (environment, client) in neighbours {
        let other = Keyring::new(vec![key(1)], environment, client).unwrap();
        assert_eq!(open(&other, Purpose::Session, NAME, &sealed), Err(OpenError::UnknownKey));
    }
}

#[test]
fn r36_rotating_in_four_steps_loses_no_session_in_a_mixed_fleet() {
    // Before, announced, activated, dropped. Two processes are at most one step apart, in either order.
    let steps: [&[u8]; 4] = [&[1], &[1, 2], &[2, 1], &[2]];
    for pair in steps.windows(2) {
        for (writer, reader) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            let sealed = ring(writer).seal(Purpose::Session, NAME, b"plain").unwrap();
            let opened = ring(reader).open(Purpose::Session, NAME, &sealed).unwrap();
            assert_eq!(*opened.plaintext, b"plain");
            assert_eq!(opened.retired, reader[0] != writer[0]);
        }
    }
}

#[test]
fn r36_keys_whose_ids_collide_are_all_tried() {
    let [mut old, mut both, mut third] = [ring(&[1]), ring(&[2, 1]), ring(&[3])];
    for ring in [&mut old, &mut both, &mut third] {
        ring.collide();
    }
    let sealed_by_retired = old.seal(Purpose::Session, NAME, b"plain").unwrap();
    let opened = both.open(Purpose::Session, NAME, &sealed_by_retired).unwrap();
    assert!(opened.retired && *opened.plaintext == b"plain");
    let foreign = third.seal(Purpose::Session, NAME, b"plain").unwrap();
    assert_eq!(open(&both, Purpose::Session, NAME, &foreign), Err(OpenError::Forged));
}

#[test]
fn r37_every_change_of_a_character_is_noticed() {
    let ring = ring(&[1, 2]);
    for length in 40..46 {
        let sealed = ring.seal(Purpose::Session, NAME, &vec![7; length]).unwrap();
        for (at, old) in sealed.bytes().enumerate() {
            for new in [b'A', b'B', b'Q', b'g', b'w', b'_', b'-', b'=', b'+', b'/', b' ', b'.', 0xff, b'%'] {
                let mut changed = sealed.clone().into_bytes();
                changed[at] = new;
                let outcome = ring.open(Purpose::Session, NAME, changed.as_slice());
                assert_eq!(outcome.is_ok(), new == old, "{length} {at} {}", char::from(new));
            }
        }
        for cut in 0..sealed.len() {
            assert!(open(&ring, Purpose::Session, NAME, &sealed[..cut]).is_err());
            assert!(open(&ring, Purpose::Session, NAME, &sealed[cut + 1..]).is_err());
        }
        for extended in [
            format!("{sealed}A"),
            format!("{sealed}="),
            format!("{sealed}=="),
            format!(" {sealed}"),
            format!("{sealed}\n"),
        ] {
            assert!(open(&ring, Purpose::Session, NAME, &extended).is_err());
        }
    }
}

#[test]
fn r37_why_a_value_does_not_open_is_told_apart() {
    let ring = ring(&[1]);
    let sealed = ring.seal(Purpose::Session, NAME, b"plain").unwrap();
    let with_version = |version: u8| {
        let mut bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        bytes[0] = version;
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let official_v1 =
        "AQABAgMEBQYHCAkKC2qVHWJpVsxb3f3r7pl-isoHySlvTCgYrdbCoSem_wxAtc9sXyGB7ePfD-sXN3LX7vJkJkg7R9U";
    for (value, expected) in [
        (String::new(), OpenError::Malformed),
        ("live".to_owned(), OpenError::Malformed),
        (official_v1.to_owned(), OpenError::Malformed),
        (with_version(0), OpenError::Malformed),
        (with_version(1), OpenError::Malformed),
        (with_version(3), OpenError::NewerVersion),
        (with_version(255), OpenError::NewerVersion),
        (super::ring(&[2]).seal(Purpose::Session, NAME, b"plain").unwrap(), OpenError::UnknownKey),
        (ring.seal(Purpose::Loop, NAME, b"plain").unwrap(), OpenError::Forged),
        (sealed.clone() + &"A".repeat(32 * 1024), OpenError::TooLong),
        ("A".repeat(10 * 1024 * 1024), OpenError::TooLong),
    ] {
        assert_eq!(open(&ring, Purpose::Session, NAME, &value), Err(expected), "{:.20}", value);
    }
}

#[test]
fn r15_the_longest_plaintext_seals_and_opens_and_a_longer_one_is_refused() {
    let ring = ring(&[1]);
    let longest = vec![9; 24_576 - 37];
    let sealed = ring.seal(Purpose::Session, NAME, &longest).unwrap();
    assert_eq!(sealed.len(), 32 * 1024);
    assert_eq!(open(&ring, Purpose::Session, NAME, &sealed), Ok(longest.clone()));
    let longer = ring.seal(Purpose::Session, NAME, &[longest.as_slice(), &[9]].concat());
    assert_eq!(longer, Err(SealError::TooLong { bytes: 24_540 }));
}

#[test]
fn no_two_seals_are_equal() {
    let ring = ring(&[1]);
    let seals: HashSet<String> = (0..20_000).map(|_| ring.seal(Purpose::Loop, NAME, b"").unwrap()).collect();
    assert_eq!(seals.len(), 20_000);
}

#[test]
fn r46_an_opened_value_is_not_shown() {
    let ring = ring(&[1]);
    let sealed = ring.seal(Purpose::Session, NAME, b"plain").unwrap();
    let opened = ring.open(Purpose::Session, NAME, &sealed).unwrap();
    assert_eq!(format!("{opened:?}"), "Opened { bytes: 5, retired: false, .. }");
}

proptest! {
    #[test]
    fn what_is_sealed_opens_in_one_piece_and_in_several(plain in prop::collection::vec(any::<u8>(), 0..200), cut in 1_usize..49) {
        let ring = ring(&[1]);
        let sealed = ring.seal(Purpose::Session, NAME, &plain).unwrap();
        prop_assert_eq!(open(&ring, Purpose::Session, NAME, &sealed), Ok(plain.clone()));
        let (first, second) = sealed.split_at(cut);
        let line = format!("{NAME}=2.{first}; {NAME}.1={second}");
        let lines = [("cookie", line.as_str())];
        let names = CookieNames::new(NAME.to_owned());
        let candidate = RequestCookies::gather(&lines, &names).candidates(Holder::OneCookie).next().unwrap();
        let opened = ring.open(Purpose::Session, NAME, candidate).unwrap();
        prop_assert_eq!(opened.plaintext.as_slice(), plain);
    }

    #[test]
    fn r43_no_bytes_make_open_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let ring = ring(&[1]);
        prop_assert!(ring.open(Purpose::Session, NAME, bytes.as_slice()).is_err());
        let mut own = ring.seal(Purpose::Session, NAME, b"").unwrap()[..28].to_owned();
        own += &URL_SAFE_NO_PAD.encode(bytes);
        prop_assert!(ring.open(Purpose::Session, NAME, &own).is_err());
    }
}
