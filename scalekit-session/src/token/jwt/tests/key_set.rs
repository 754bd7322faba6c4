//! Tests of key sets: which keys of a published document are used.

use std::sync::Arc;

use super::*;

fn set(keys: &[&str]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn parse(keys: &[&str]) -> Result<KeySet, KeySetError> {
    KeySet::parse(set(keys).as_bytes(), None)
}

#[test]
fn keys_of_other_kinds_and_uses_are_skipped_and_spoil_nothing() {
    let good = SigningKey::development().jwk("snk_1");
    let other = |from: &str, to: &str| SigningKey::successor().jwk("snk_2").replace(from, to);
    let skipped = [
        ("elliptic", r#"{"kty":"EC","kid":"snk_2","crv":"P-256","x":"AA","y":"AA"}"#.to_owned()),
        ("unknown curve", r#"{"kty":"OKP","kid":"snk_2","crv":"X448","x":"AA"}"#.to_owned()),
        ("symmetric", r#"{"kty":"oct","kid":"snk_2","k":"c2VjcmV0"}"#.to_owned()),
        ("unknown kind", r#"{"kty":"AKP","kid":"snk_2","alg":"ML-DSA-65","pub":"AA"}"#.to_owned()),
        ("no object", "5".to_owned()),
        ("null", "null".to_owned()),
        ("for encryption", other(r#""use":"sig""#, r#""use":"enc""#)),
        ("another algorithm", other(r#""alg":"RS256""#, r#""alg":"PS256""#)),
        ("unknown algorithm", other(r#""alg":"RS256""#, r#""alg":"RS999""#)),
        ("only signs", other(r#""use":"sig""#, r#""key_ops":["sign"]"#)),
        ("no id", other(r#""kid":"snk_2","#, "")),
        ("empty id", other(r#""kid":"snk_2""#, r#""kid":"""#)),
        ("no modulus", other(r#""n""#, r#""m""#)),
        ("modulus not base64url", other(r#""n":""#, r#""n":"+/"#)),
        ("exponent one", other("AQAB", "AQ")),
        ("exponent zero", other("AQAB", "AA")),
        ("even exponent", other("AQAB", "Ag")),
        ("no exponent", other("AQAB", "")),
        (
            "1024 bits",
            other(r#""n":""#, r#""x":""#).replace(r#""e""#, &format!(r#""n":"{}","e""#, "_".repeat(171))),
        ),
    ];
    for (row, key) in &skipped {
        let set = parse(&[key, &good]).unwrap();
        assert!(set.find("snk_1").is_some(), "{row}");
        assert!(set.find("snk_2").is_none() && set.find("").is_none(), "{row}");
        assert_eq!(parse(&[key]).err(), Some(KeySetError::NoUsableKey), "{row}");
    }
    assert!(parse(&[&other("", "")]).unwrap().find("snk_2").is_some());
}

#[test]
fn optional_members_may_be_missing_and_a_leading_zero_is_forgiven() {
    let key = SigningKey::development().jwk("snk_1");
    let plain = key.replace(r#""use":"sig","#, "").replace(r#""alg":"RS256","#, "");
    assert!(parse(&[&plain]).unwrap().find("snk_1").is_some());
    let zero = key.replace("AQAB", "AAEAAQ");
    valid(verify_session_token(&sign(&access()), &parse(&[&zero]).unwrap(), &rules(), now()));
}

#[test]
fn documents_that_are_no_key_set_are_refused() {
    for document in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, "<html>", r#"{"keys":["#] {
        assert_eq!(
            KeySet::parse(document.as_bytes(), None).err(),
            Some(KeySetError::Malformed),
            "{document}"
        );
    }
    assert_eq!(parse(&[]).err(), Some(KeySetError::NoUsableKey));
}

#[test]
fn of_several_keys_with_one_id_the_first_counts() {
    let (first, second) = (SigningKey::development(), SigningKey::successor());
    let set = parse(&[&first.jwk("snk_1"), &second.jwk("snk_1")]).unwrap();
    valid(verify_session_token(&sign(&access()), &set, &rules(), now()));
    let forged = second.sign(HEADER, &access().to_string());
    assert_eq!(invalid(verify_session_token(&forged, &set, &rules(), now())), InvalidToken::Signature);
}

#[test]
fn at_most_32_keys_are_kept() {
    let key = SigningKey::development();
    let keys: Vec<_> = (0..100).map(|n| key.jwk(&format!("snk_{n}"))).collect();
    let set = parse(&keys.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    assert!(set.find("snk_31").is_some() && set.find("snk_32").is_none());
}

#[test]
fn an_unchanged_key_keeps_its_identity_and_a_changed_one_does_not() {
    let (old, new) = (SigningKey::development(), SigningKey::successor());
    let before = parse(&[&old.jwk("snk_1"), &old.jwk("snk_2")]).unwrap();
    let after = set(&[&old.jwk("snk_1"), &new.jwk("snk_2")]);
    let after = KeySet::parse(after.as_bytes(), Some(&before)).unwrap();
    let find = |set: &KeySet, id| Arc::clone(set.find(id).unwrap());
    assert!(after.publishes(&find(&before, "snk_1")));
    assert!(!after.publishes(&find(&before, "snk_2")));
    assert!(after.publishes(&find(&after, "snk_2")));
}

#[test]
fn a_withdrawn_key_is_told_from_one_that_never_was() {
    let key = SigningKey::development();
    let next = |ids: &[&str], previous: Option<&KeySet>| {
        let keys: Vec<_> = ids.iter().map(|id| key.jwk(id)).collect();
        let document = set(&keys.iter().map(String::as_str).collect::<Vec<_>>());
        KeySet::parse(document.as_bytes(), previous).unwrap()
    };
    let first = next(&["a", "b"], None);
    let second = next(&["b"], Some(&first));
    let third = next(&["b", "c"], Some(&second));
    assert!(third.withdrew("a") && !third.withdrew("b") && !third.withdrew("never"));
    assert!(!next(&["a"], Some(&third)).withdrew("a"));
}
