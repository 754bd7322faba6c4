//! Tests of the format against committed values, which every later version must open.

use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::{Key, Keyring, Purpose, SessionPayload};
use crate::clock::Timestamp;
use crate::secret::{AccessToken, IdToken, RefreshToken};

/// Values made by another implementation of the format, which the file names. Never generate them again.
const VECTORS: &str = include_str!("../../../tests/vectors/seal_v2.json");

#[derive(Deserialize)]
struct Vectors {
    seals: Vec<Seal>,
    payloads: Vec<Payload>,
}

#[derive(Deserialize)]
struct Seal {
    secret: String,
    environment_url: String,
    client_id: String,
    purpose: String,
    name: String,
    salt: String,
    plaintext: String,
    sealed: String,
}

#[derive(Deserialize)]
struct Payload {
    session_id: String,
    live: String,
    unverified: bool,
    generation: u32,
    login_at: u64,
    refreshed_at: u64,
    end: u64,
    access_token: String,
    refresh_token: Option<String>,
    id_token: Option<String>,
    profile: Option<String>,
    identity: Option<String>,
    encoded: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(VECTORS).unwrap()
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn array<const N: usize>(hexadecimal: &str) -> [u8; N] {
    bytes(hexadecimal).try_into().unwrap()
}

#[test]
fn r38_golden_seals_open_and_are_made_again() {
    let seals = vectors().seals;
    assert!(seals.len() >= 7);
    for seal in seals {
        let key = Key::parse(&seal.secret).unwrap();
        let ring = Keyring::new(vec![key], &seal.environment_url, &seal.client_id).unwrap();
        let purpose = match seal.purpose.as_str() {
            "session" => Purpose::Session,
            "transaction" => Purpose::Transaction,
            "loop" => Purpose::Loop,
            "hop" => Purpose::Hop,
            other => panic!("{other}"),
        };
        let plaintext = bytes(&seal.plaintext);
        assert_eq!(*ring.open(purpose, &seal.name, &seal.sealed).unwrap().plaintext, plaintext);
        let again = ring.seal_with_salt(purpose, &seal.name, &plaintext, array(&seal.salt));
        assert_eq!(again.as_ref(), Ok(&seal.sealed));
    }
}

#[test]
fn r38_golden_payloads_decode_and_are_encoded_again() {
    let payloads = vectors().payloads;
    assert!(payloads.len() >= 4);
    for golden in payloads {
        let encoded = bytes(&golden.encoded);
        let expected = SessionPayload {
            session_id: array(&golden.session_id),
            live: array(&golden.live),
            generation: golden.generation,
            login_at: Timestamp::from_millis(golden.login_at),
            refreshed_at: Timestamp::from_millis(golden.refreshed_at),
            end: Timestamp::from_millis(golden.end),
            unverified: golden.unverified,
            access_token: AccessToken::new(golden.access_token),
            refresh_token: golden.refresh_token.map(RefreshToken::new),
            id_token: golden.id_token.map(IdToken::new),
            identity: golden.identity.map(|identity| Zeroizing::new(identity.into_bytes())),
            beside: None,
            profile: golden.profile.map(|profile| Zeroizing::new(profile.into_bytes())),
        };
        assert_eq!(SessionPayload::decode(&encoded), Ok(expected.clone()));
        assert_eq!(*expected.encode(), encoded);
    }
}
