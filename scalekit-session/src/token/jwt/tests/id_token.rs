//! Tests of ID tokens: nonce, hash of the access token, audience, subject, expiry, profile.

use super::*;
use crate::secret::{AccessToken, Nonce};

/// The access token of the example in OIDC Core §A.3, and the `at_hash` of that example.
const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
const AT_HASH: &str = "77QmUPtjPfzWtF2AnpK9RQ";

fn judge(claims: &Value, expected: Expected<'_>) -> Verdict<crate::Profile> {
    verify_id_token(&sign(claims), &keys(), &rules(), now(), expected)
}

#[test]
fn an_id_token_gives_identity_and_profile() {
    let claims = valid(judge(&id(), Expected::default()));
    assert_eq!(claims.id, "usr_1");
    assert_eq!(claims.email.as_deref(), Some("john.doe@example.com"));
    assert_eq!(claims.email_verified, Some(true));
}

#[test]
fn asvs_10_5_1_a_missing_or_changed_nonce_is_refused() {
    let nonce = Nonce::new("n-1");
    let expected = Expected { nonce: Some(&nonce), ..Expected::default() };
    valid(judge(&with(id(), json!({"nonce": "n-1"})), expected));
    assert_eq!(invalid(judge(&id(), expected)), InvalidToken::Nonce);
    for other in ["n-2", "n-", "n-11", ""] {
        let claims = with(id(), json!({"nonce": other}));
        assert_eq!(invalid(judge(&claims, expected)), InvalidToken::Nonce, "{other}");
    }
    // a refresh checks no nonce
    valid(judge(&with(id(), json!({"nonce": "n-1"})), Expected::default()));
}

#[test]
fn r42_the_hash_of_the_access_token_is_checked_when_it_is_there() {
    let access_token = AccessToken::new(ACCESS_TOKEN);
    let expected = Expected { access_token: Some(&access_token), ..Expected::default() };
    valid(judge(&with(id(), json!({"at_hash": AT_HASH})), expected));
    valid(judge(&with(id(), json!({"at_hash": null})), expected));
    for wrong in ["77QmUPtjPfzWtF2AnpK9RR", "77QmUPtjPfzWtF2AnpK9R", "", "77QmUPtjPfzWtF2AnpK9RQ=="] {
        let claims = with(id(), json!({"at_hash": wrong}));
        assert_eq!(invalid(judge(&claims, expected)), InvalidToken::AccessTokenHash, "{wrong}");
    }
}

#[test]
fn oidc_core_3_1_3_7_audience_and_authorized_party() {
    let judge = |change| judge(&with(id(), change), Expected::default());
    valid(judge(json!({"aud": CLIENT})));
    valid(judge(json!({"aud": [CLIENT, "skc_2"]})));
    valid(judge(json!({"azp": null})));
    assert_eq!(invalid(judge(json!({"aud": [CLIENT, "skc_2"], "azp": null}))), InvalidToken::Missing("azp"));
    assert_eq!(invalid(judge(json!({"azp": "skc_2"}))), InvalidToken::Client);
    assert_eq!(invalid(judge(json!({"azp": ""}))), InvalidToken::Client);
    assert_eq!(invalid(judge(json!({"client_id": "skc_2"}))), InvalidToken::Client);
    assert_eq!(invalid(judge(json!({"aud": null}))), InvalidToken::Missing("aud"));
    let foreign = invalid(judge(json!({"aud": ["skc_2"]})));
    assert!(matches!(foreign, InvalidToken::Audience { .. }), "{foreign:?}");
}

#[test]
fn oidc_core_12_2_a_refreshed_id_token_must_be_about_the_same_user() {
    let expect = |subject| Expected { subject: Some(subject), ..Expected::default() };
    valid(judge(&id(), expect("usr_1")));
    assert_eq!(invalid(judge(&id(), expect("usr_2"))), InvalidToken::Subject);
}

#[test]
fn the_configured_audiences_of_access_tokens_do_not_widen_id_tokens() {
    let rules =
        Rules::new(vec![ISSUER.into()], vec!["https://api.example".into()], CLIENT.into(), Rules::LEEWAY)
            .unwrap();
    let judge = |claims| verify_id_token(&sign(&claims), &keys(), &rules, now(), Expected::default());
    valid(judge(id()));
    assert_eq!(name(&judge(with(id(), json!({"aud": "https://api.example"})))), "invalid");
}

#[test]
fn r41_an_id_token_expires_after_the_leeway() {
    let token = sign(&id());
    let at = |offset| now() + Duration::from_secs(offset);
    let judge = |now| name(&verify_id_token(&token, &keys(), &rules(), now, Expected::default()));
    assert_eq!(judge(at(1859)), "valid");
    assert_eq!(judge(at(1860)), "expired");
}

#[test]
fn a_broken_profile_keeps_nobody_out() {
    let odd = json!({"email": 5, "email_verified": "yes", "name": ["J"], "updated_at": "x", "identities": [1,
        {"connection_id": "conn_1", "social": true, "provider_raw_attributes": {"big": "x"}}]});
    let profile = valid(judge(&with(id(), odd), Expected::default()));
    assert_eq!((profile.email.clone(), profile.email_verified, profile.name.clone()), (None, None, None));
    assert_eq!(profile.identities.len(), 1);
    assert!(profile.identities[0].provider_raw_attributes.is_some());

    let stored = serde_json::to_string(&profile).unwrap();
    assert_eq!(stored, r#"{"sub":"usr_1","identities":[{"connection_id":"conn_1","social":true}]}"#);
    let read: crate::Profile = serde_json::from_str(&stored).unwrap();
    assert_eq!(read.identities[0].connection_id.as_deref(), Some("conn_1"));
}
