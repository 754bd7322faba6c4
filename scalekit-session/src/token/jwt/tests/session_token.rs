//! Tests of the access tokens of sessions: claims, issuer, audience, times, forged and random tokens.

use proptest::prelude::*;

use super::*;

#[test]
fn a_session_token_gives_its_claims() {
    let claims = valid(session(&access()));
    assert_eq!(claims.subject(), "usr_1");
    assert_eq!(claims.issuer(), ISSUER);
    assert_eq!(claims.audience(), ["skc_1".into()]);
    assert_eq!(claims.client_id(), Some(CLIENT));
    assert_eq!(claims.session_id(), Some("ses_1"));
    assert_eq!(claims.organization_id(), Some("org_1"));
    assert_eq!(claims.external_organization_id(), Some("ext_org_1"));
    assert_eq!(claims.external_user_id(), Some("ext_usr_1"));
    assert_eq!(claims.token_id(), Some("tkn_1"));
    assert_eq!(claims.issued_at(), now());
    assert_eq!(claims.expires_at(), now() + Duration::from_secs(300));
    assert_eq!(claims.custom("custom_claims").unwrap()["plan"], "pro");
    assert_eq!(claims.custom("sub"), None, "what has an accessor is not custom");
}

#[test]
fn roles_and_permissions_are_sets_and_absent_means_empty() {
    let claims = valid(session(&access()));
    assert_eq!(claims.roles(), ["admin".into(), "member".into()]);
    assert!(claims.has_role("admin") && !claims.has_role("Admin") && !claims.has_role("adm"));
    assert!(claims.has_permission("data:read") && !claims.has_permission("data:*"));

    let none = json!({"roles": null, "permissions": [], "scope": null});
    let claims = valid(session(&with(access(), none)));
    assert!(claims.roles().is_empty() && claims.permissions().is_empty() && claims.scopes().is_empty());
    assert!(!claims.has_role("") && !claims.has_scope(""));
}

#[test]
fn scopes_are_the_union_of_both_spellings() {
    let both = json!({"scope": "openid  email", "scopes": ["deploy:apps", "openid"]});
    let claims = valid(session(&with(access(), both)));
    assert_eq!(claims.scopes(), ["deploy:apps".into(), "email".into(), "openid".into()]);
}

#[test]
fn json_null_counts_as_absent() {
    let token =
        SigningKey::development().sign(HEADER, &access().to_string().replace(r#""ext_org_1""#, "null"));
    let claims = valid(verify_session_token(&token, &keys(), &rules(), now()));
    assert_eq!(claims.external_organization_id(), None);
}

#[test]
fn r42_the_rules_of_a_session_token() {
    let table = [
        ("no subject", json!({"sub": null}), InvalidToken::Missing("sub")),
        ("empty subject", json!({"sub": ""}), InvalidToken::Missing("sub")),
        ("no token id", json!({"jti": null}), InvalidToken::Missing("jti")),
        ("no session", json!({"sid": null}), InvalidToken::Missing("sid")),
        ("no issuer", json!({"iss": null}), InvalidToken::Missing("iss")),
        ("no audience", json!({"aud": null}), InvalidToken::Missing("aud")),
        ("empty audience", json!({"aud": []}), InvalidToken::Missing("aud")),
        ("no expiry", json!({"exp": null}), InvalidToken::Missing("exp")),
        ("no issue time", json!({"iat": null}), InvalidToken::Missing("iat")),
        ("another client", json!({"client_id": "skc_2"}), InvalidToken::Client),
        ("another party", json!({"azp": "skc_2"}), InvalidToken::Client),
    ];
    for (row, change, why) in table {
        assert_eq!(invalid(session(&with(access(), change))), why, "{row}");
    }
    for (row, change) in [
        ("subject is the client", json!({"sub": CLIENT})),
        ("subject is its client", json!({"sub": "m2m_1", "client_id": "m2m_1"})),
        ("hash of an access token", json!({"at_hash": "ec_jU2ZKpFelCKLTRWiRsg"})),
        ("events", json!({"events": {}})),
    ] {
        let why = invalid(session(&with(access(), change)));
        assert!(matches!(why, InvalidToken::Kind { .. }), "{row}: {why:?}");
    }
    valid(session(&with(access(), json!({"client_id": null}))));
    valid(session(&with(access(), json!({"aud": CLIENT}))));
    valid(session(&with(access(), json!({"aud": ["https://api.example", CLIENT]}))));
}

#[test]
fn r42_an_issuer_is_compared_to_the_letter_and_the_error_names_both_and_the_setting() {
    for issuer in [
        "https://acme.scalekit.dev/",
        "https://ACME.scalekit.dev",
        "http://acme.scalekit.dev",
        "https://acme.scalekit.dev.evil.example",
        "acme.scalekit.dev",
    ] {
        let why = invalid(session(&with(access(), json!({"iss": issuer}))));
        let shown = why.to_string();
        assert!(matches!(why, InvalidToken::Issuer { .. }), "{issuer}");
        assert!(shown.contains(issuer) && shown.contains(ISSUER), "{shown}");
        assert!(shown.contains("SCALEKIT_ISSUER"), "{shown}");
    }
    let long = "https://".to_owned() + &"x".repeat(10_000);
    assert!(invalid(session(&with(access(), json!({"iss": long})))).to_string().len() < 600);
}

#[test]
fn r42_a_foreign_audience_names_both_and_the_setting() {
    let why = invalid(session(&with(access(), json!({"aud": ["https://api.acme.example"]}))));
    let shown = why.to_string();
    assert!(shown.contains("https://api.acme.example") && shown.contains("skc_1"), "{shown}");
    assert!(shown.contains("SCALEKIT_AUDIENCE"), "{shown}");
}

#[test]
fn r41_skew_is_forgiven_up_to_the_leeway_and_not_beyond() {
    let at = |offset: i64| Timestamp::from_secs(NOW.checked_add_signed(offset).unwrap());
    for life in [5, 300] {
        let token = sign(&with(access(), json!({"exp": NOW + life})));
        let life = i64::try_from(life).unwrap();
        for (offset, wanted) in [
            (-61, "not yet"),
            (-60, "valid"),
            (-11, "valid"),
            (0, "valid"),
            (life, "valid"),
            (life + 59, "valid"),
            (life + 60, "expired"),
            (life + 61, "expired"),
        ] {
            let verdict = verify(&token, Kind::Access, &keys(), &rules(), at(offset));
            assert_eq!(name(&verdict), wanted, "bearer token of {life} s at {offset} s");
            let verdict = verify_session_token(&token, &keys(), &rules(), at(offset));
            let wanted = if wanted == "expired" { "valid" } else { wanted };
            assert_eq!(name(&verdict), wanted, "session token of {life} s at {offset} s");
        }
    }
}

#[test]
fn r41_each_time_claim_counts_and_hostile_times_do_not_overflow() {
    let far = u64::MAX;
    assert_eq!(name(&bearer(&with(access(), json!({"nbf": NOW + 61})))), "not yet");
    assert_eq!(name(&bearer(&with(access(), json!({"nbf": null, "iat": NOW + 61})))), "not yet");
    assert_eq!(name(&bearer(&with(access(), json!({"nbf": far})))), "not yet");
    assert_eq!(name(&bearer(&with(access(), json!({"exp": far})))), "valid");
    assert_eq!(name(&bearer(&with(access(), json!({"exp": 0, "iat": 0, "nbf": 0})))), "expired");
}

#[test]
fn a_wrong_token_is_invalid_before_it_is_expired() {
    let claims = with(access(), json!({"exp": NOW - 600, "iat": NOW - 900, "aud": "skc_2"}));
    assert_eq!(name(&bearer(&claims)), "invalid");
}

#[test]
fn an_unknown_key_says_which() {
    let token = SigningKey::development().sign(r#"{"alg":"RS256","kid":"snk_9"}"#, &access().to_string());
    match verify_session_token(&token, &keys(), &rules(), now()) {
        Verdict::UnknownKey { kid } => assert_eq!(&*kid, "snk_9"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn r11_unverified_claims_tell_identities_without_a_key() {
    let token = SigningKey::successor().sign(HEADER, &access().to_string());
    let claims = unverified_claims(&token).unwrap();
    assert_eq!((claims.subject(), claims.session_id()), ("usr_1", Some("ses_1")));
    assert_eq!(unverified_claims("a.b.c"), None);
    assert_eq!(unverified_claims(&sign(&with(access(), json!({"sub": null})))), None);
}

#[test]
fn a_verified_token_names_the_very_key_that_is_published() {
    let keys = keys();
    match verify_session_token(&sign(&access()), &keys, &rules(), now()) {
        Verdict::Valid { key, .. } => assert!(keys.publishes(&key)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn asvs_6_8_2_no_part_of_a_token_can_be_changed() {
    let token = sign(&access());
    let (keys, rules) = (keys(), rules());
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let verdict = verify_session_token(&changed, &keys, &rules, now());
        assert_ne!(name(&verdict), "valid", "byte {at} changed");
    }
}

proptest! {
    #[test]
    fn r43_any_text_is_judged_without_panic(text in ".{0,300}") {
        let (keys, rules) = (keys(), rules());
        prop_assert_eq!(name(&verify_session_token(&text, &keys, &rules, now())), "invalid");
        prop_assert!(unverified_claims(&text).is_none());
    }

    #[test]
    fn r43_any_header_and_claims_are_judged_without_panic(header in any::<Vec<u8>>(), claims in any::<Vec<u8>>()) {
        use base64::Engine as _;
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let token = format!("{}.{}.AAAA", engine.encode(header), engine.encode(claims));
        prop_assert_ne!(name(&verify_session_token(&token, &keys(), &rules(), now())), "valid");
        drop(unverified_claims(&token));
    }
}
