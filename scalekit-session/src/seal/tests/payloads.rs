//! Tests of payloads: what a session cookie holds, and which bytes are not a session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::super::payload::Malformed;
use super::super::{Purpose, SessionPayload, SessionView};
use super::{NAME, ring};
use crate::clock::Timestamp;
use crate::secret::{AccessToken, IdToken, RefreshToken};

const HEADER: &str = r#"{"alg":"RS256","kid":"snk_17002334227791972","typ":"JWT"}"#;

/// The sample tokens of Scalekit's documentation.
const ACCESS_CLAIMS: &str = r#"{"iss":"https://acme.scalekit.dev","aud":["prd_skc_1"],"sub":"usr_1","oid":"org_1","exp":1758265247,"iat":1758264947,"nbf":1758264947,"jti":"tkn_1","sid":"ses_1","client_id":"prd_skc_1","roles":["admin"],"permissions":["workspace_data:write","workspace_data:read"],"scope":"openid profile email","xoid":"ext_org_123","xuid":"ext_usr_456"}"#;
const ID_CLAIMS: &str = r#"{"iss":"https://acme.scalekit.dev","aud":["skc_1"],"azp":"skc_1","sub":"usr_1","oid":"org_1","exp":1742975822,"iat":1742974022,"at_hash":"ec_jU2ZKpFelCKLTRWiRsg","c_hash":"6wMreK9kWQQY6O5R0CiiYg","amr":["conn_1"],"email":"john.doe@example.com","email_verified":true,"name":"John Doe","sid":"ses_1","client_id":"skc_1","xoid":"ext_org_123"}"#;

/// A token with a 2048-bit signature and at least `length` characters. Its subject is made longer until that is
/// reached.
fn jwt(claims: &str, length: usize) -> String {
    let signature: Vec<u8> = (0..=255).map(|byte: u8| byte.wrapping_mul(37)).collect();
    (0..length)
        .map(|padding| {
            let claims = claims.replacen("usr_1", &format!("usr_1{}", "7".repeat(padding)), 1);
            [HEADER.as_bytes(), claims.as_bytes(), &signature]
                .map(|part| URL_SAFE_NO_PAD.encode(part))
                .join(".")
        })
        .find(|token| token.len() >= length)
        .unwrap()
}

fn payload() -> SessionPayload {
    SessionPayload {
        session_id: [1; 16],
        live: [2; 16],
        generation: 12,
        login_at: Timestamp::from_millis(1_758_264_947_123),
        refreshed_at: Timestamp::from_millis(1_758_268_547_456),
        end: Timestamp::from_millis(1_758_268_847_456),
        unverified: false,
        access_token: AccessToken::new(jwt(ACCESS_CLAIMS, 990)),
        refresh_token: Some(RefreshToken::new("3f9a0b1c2d4e5f60718293a4b5c6d7e8f9012345")),
        id_token: Some(IdToken::new(jwt(ID_CLAIMS, 1246))),
        identity: None,
        beside: None,
        profile: None,
    }
}

#[test]
fn the_documented_session_takes_at_most_65_percent_of_the_sdk_cookie() {
    let payload = payload();
    let lengths = (payload.access_token.secret().len(), payload.id_token.as_ref().unwrap().secret().len());
    assert!(lengths.0 >= 990 && lengths.1 >= 1246, "{lengths:?}");
    let sealed = ring(&[1]).seal(Purpose::Session, NAME, &payload.encode()).unwrap();
    assert!(sealed.len() <= 2437, "{} characters", sealed.len());
    println!("{} characters sealed, {:.1} % of 3750", sealed.len(), sealed.len() as f64 / 37.5);
}

#[test]
fn claims_are_read_in_place() {
    let encoded = payload().encode();
    let view = SessionView::parse(&encoded).unwrap();
    assert!(
        view.access_claims()
            .unwrap()
            .starts_with(br#"{"iss":"https://acme.scalekit.dev","aud":["prd_skc_1"]"#)
    );
    assert!(view.id_claims().unwrap().ends_with(br#""xoid":"ext_org_123"}"#));
    assert!(encoded.as_ptr_range().contains(&view.access_claims().unwrap().as_ptr()));
    assert!(view.refresh_token().is_some() && !view.unverified && view.profile.is_none());
    let allocated = allocation_counter::measure(|| assert!(SessionView::parse(&encoded).is_ok()));
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn r38_unknown_optional_fields_are_ignored_and_required_ones_refuse() {
    let known = payload();
    let with = |field: &[u8]| SessionPayload::decode(&[known.encode().as_slice(), field].concat());
    assert_eq!(with(&[9, 0]), Ok(known.clone()));
    assert_eq!(with(&[9, 3, 1, 2, 3, 0x81, 0x7f, 1, 0]), Ok(known.clone()));
    for refused in [
        &[12_u8, 0][..],
        &[9],
        &[9, 2, 0],
        &[9, 0, 9, 0],
        &[11, 0, 9, 0],
        &[5, 0],
        &[0, 0],
        &[6, 1, 0],
        &[0x89, 0x00, 0],
        &[9, 0x80, 0x00],
        &[9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        &[9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
        &[9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ] {
        assert_eq!(with(refused), Err(Malformed), "{refused:?}");
    }
    // An unknown field with an odd tag may stand between known ones.
    let lone = SessionPayload { refresh_token: None, id_token: None, ..known.clone() };
    let between = [lone.encode().as_slice(), &[3, 1, 0xff], &[4, 2, 3, 0xab]].concat();
    assert_eq!(SessionPayload::decode(&between).unwrap().refresh_token, Some(RefreshToken::new("ab")));
}

#[test]
fn r38_who_a_token_in_another_cookie_is_about_stands_for_its_claims() {
    let identity = br#"{"iss":"https://acme.scalekit.dev","sub":"usr_1","iat":1,"exp":2}"#;
    let kept = SessionPayload {
        access_token: AccessToken::new(""),
        id_token: None,
        identity: Some(Zeroizing::new(identity.to_vec())),
        ..payload()
    };
    let encoded = kept.encode();
    assert_eq!(SessionView::parse(&encoded).unwrap().access_claims(), Some(&identity[..]));
    assert_eq!(SessionPayload::decode(&encoded), Ok(kept));
    let own = payload().encode();
    let own = SessionView::parse(&own).unwrap();
    assert_ne!(
        own.access_claims(),
        Some(&identity[..]),
        "a cookie with an access token has the claims of that token"
    );
}

#[test]
fn what_is_not_wholly_a_session_is_refused() {
    let encoded = payload().encode();
    let changed = |at: usize, to: u8| {
        let mut changed = encoded.to_vec();
        changed[at] = to;
        SessionPayload::decode(&changed)
    };
    assert_eq!(changed(0, 0), Err(Malformed));
    assert_eq!(changed(0, 2), Err(Malformed), "a newer layout");
    assert_eq!(changed(33, 2), Err(Malformed), "an unknown flag");
    assert!(changed(33, 1).unwrap().unverified);
    assert_eq!(SessionPayload::decode(&[]), Err(Malformed));
    // A payload cut at the end of a field is a session without the later fields. The access token is never missing.
    for cut in 0..encoded.len() {
        if let Ok(rest) = SessionPayload::decode(&encoded[..cut]) {
            assert_eq!(rest.access_token, payload().access_token);
        }
    }
    let no_access_token: Vec<u8> = encoded.iter().copied().take(33).chain([0, 1, 1, 0, 0]).collect();
    assert_eq!(SessionPayload::decode(&no_access_token), Err(Malformed));
    let shares_no_header = [no_access_token.as_slice(), &[2, 1, 0, 6, 2, 2, 0]].concat();
    assert_eq!(SessionPayload::decode(&shares_no_header), Err(Malformed));
}

#[test]
fn r46_debug_shows_neither_tokens_nor_ids() {
    let mut payload = payload();
    payload.profile = Some(Zeroizing::new(b"John Doe".to_vec()));
    let encoded = payload.encode();
    let shown = format!("{payload:?} {:?}", SessionView::parse(&encoded).unwrap());
    for secret in ["eyJ", "3f9a", "John", "1, 1", "2, 2", "3, 3"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    assert!(shown.contains("generation: 12"));
}

/// Tokens that can be packed, tokens that almost can, and other texts.
fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}",
        (any::<[u8; 12]>(), prop::collection::vec(any::<u8>(), 0..90), any::<[u8; 32]>()).prop_map(
            |(header, claims, signature)| [&header[..], &claims, &signature]
                .map(|part| URL_SAFE_NO_PAD.encode(part))
                .join(".")
        ),
        "[0-9a-f]{0,50}",
        "[0-9A-Fa-f]{0,50}",
        "[.]{0,4}",
        any::<String>(),
    ]
}

prop_compose! {
    fn any_payload()(
        session_id: [u8; 16], live: [u8; 16], generation: u32, unverified: bool, times: [u64; 3],
        access_token in token(), refresh_token in prop::option::of(token()), id_token in prop::option::of(token()),
        same_header: bool, profile in prop::option::of(prop::collection::vec(any::<u8>(), 0..60)),
    ) -> SessionPayload {
        let id_token = id_token.map(|token| match (same_header, access_token.split_once('.'), token.split_once('.')) {
            (true, Some((header, _)), Some((_, rest))) => format!("{header}.{rest}"),
            _ => token,
        });
        let [login_at, refreshed_at, end] = times.map(Timestamp::from_millis);
        SessionPayload {
            session_id, live, generation, login_at, refreshed_at, end, unverified,
            access_token: AccessToken::new(access_token),
            refresh_token: refresh_token.map(RefreshToken::new),
            id_token: id_token.map(IdToken::new),
            identity: None,
        beside: None,
            profile: profile.map(Zeroizing::new),
        }
    }
}

proptest! {
    #[test]
    fn every_payload_comes_back_as_it_was(payload in any_payload()) {
        prop_assert_eq!(SessionPayload::decode(&payload.encode()), Ok(payload));
    }

    #[test]
    fn r43_no_bytes_make_decode_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), payload in any_payload(), at: prop::sample::Index) {
        let _ = SessionPayload::decode(&bytes);
        let mut encoded = payload.encode().to_vec();
        let at = at.index(encoded.len());
        encoded[at] ^= bytes.first().copied().unwrap_or(1);
        let _ = SessionPayload::decode(&encoded);
        let _ = SessionPayload::decode(&[&encoded[..41], &bytes].concat());
    }
}
