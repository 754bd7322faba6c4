//! Tests of verification: the kinds of tokens, and what the tests of the other files share.

mod id_token;
mod key_set;
mod malformed;
mod session_token;

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::Timestamp;
use crate::testing::SigningKey;

const ISSUER: &str = "https://acme.scalekit.dev";
const CLIENT: &str = "skc_1";
const NOW: u64 = 1_760_000_000;
const HEADER: &str = r#"{"alg":"RS256","kid":"snk_1","typ":"JWT"}"#;

fn now() -> Timestamp {
    Timestamp::from_secs(NOW)
}

fn rules() -> Rules {
    Rules::new(vec![ISSUER.into()], vec![CLIENT.into()], CLIENT.into(), Rules::LEEWAY).unwrap()
}

fn keys() -> KeySet {
    KeySet::parse(SigningKey::development().jwks("snk_1").as_bytes(), None).unwrap()
}

fn sign(claims: &Value) -> String {
    SigningKey::development().sign(HEADER, &claims.to_string())
}

/// The claims of a user's access token.
fn access() -> Value {
    json!({
        "iss": ISSUER, "aud": [CLIENT], "sub": "usr_1", "oid": "org_1", "sid": "ses_1", "jti": "tkn_1",
        "client_id": CLIENT, "iat": NOW, "nbf": NOW, "exp": NOW + 300,
        "roles": ["member", "admin", "member"], "permissions": ["data:write", "data:read"],
        "scope": "openid profile email", "xoid": "ext_org_1", "xuid": "ext_usr_1",
        "custom_claims": {"plan": "pro"},
    })
}

fn id() -> Value {
    json!({
        "iss": ISSUER, "aud": [CLIENT], "azp": CLIENT, "sub": "usr_1", "oid": "org_1", "sid": "ses_1",
        "client_id": CLIENT, "iat": NOW, "exp": NOW + 1800, "amr": ["conn_1"],
        "at_hash": "fUHyO2r2Z3DZ53EsNrWBbw", "c_hash": "6wMreK9kWQQY6O5R0CiiYg",
        "email": "john.doe@example.com", "email_verified": true, "name": "John Doe",
    })
}

fn machine() -> Value {
    json!({
        "iss": ISSUER, "sub": "m2morg_1", "client_id": "m2morg_1", "oid": "org_1", "jti": "tkn_2",
        "scopes": ["deploy:applications"], "iat": NOW, "nbf": NOW, "exp": NOW + 3600,
    })
}

fn idp_initiated() -> Value {
    json!({
        "iss": ISSUER, "organization_id": "org_1", "connection_id": "conn_1",
        "login_hint": "name@example.com", "relay_state": "/reports",
        "iat": NOW, "nbf": NOW, "exp": NOW + 300,
    })
}

fn logout() -> Value {
    json!({
        "iss": ISSUER, "aud": [CLIENT], "sub": "usr_1", "sid": "ses_1", "jti": "lgt_1",
        "iat": NOW, "exp": NOW + 120,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    })
}

/// `claims` with `changes`: a claim is replaced, or removed when its new value is `null`.
fn with(claims: Value, changes: Value) -> Value {
    let (Value::Object(mut claims), Value::Object(changes)) = (claims, changes) else {
        panic!("claims are objects");
    };
    for (name, value) in changes {
        claims.remove(&name);
        if !value.is_null() {
            claims.insert(name, value);
        }
    }
    Value::Object(claims)
}

fn session(claims: &Value) -> Verdict {
    verify_session_token(&sign(claims), &keys(), &rules(), now())
}

fn bearer(claims: &Value) -> Verdict {
    verify(&sign(claims), Kind::Access, &keys(), &rules(), now())
}

#[track_caller]
fn valid<T: std::fmt::Debug>(verdict: Verdict<T>) -> T {
    match verdict {
        Verdict::Valid { claims, .. } => claims,
        other => panic!("not valid: {other:?}"),
    }
}

#[track_caller]
fn invalid<T: std::fmt::Debug>(verdict: Verdict<T>) -> InvalidToken {
    match verdict {
        Verdict::Invalid(why) => why,
        other => panic!("not invalid: {other:?}"),
    }
}

/// The name of a verdict, to compare with.
fn name<T>(verdict: &Verdict<T>) -> &'static str {
    match verdict {
        Verdict::Valid { .. } => "valid",
        Verdict::Expired => "expired",
        Verdict::NotYet => "not yet",
        Verdict::UnknownKey { .. } => "unknown key",
        Verdict::Invalid(_) => "invalid",
    }
}

#[test]
fn r42_each_kind_of_token_is_accepted_as_itself_and_as_nothing_else() {
    let tokens = [
        ("access", access()),
        ("machine", machine()),
        ("id", id()),
        ("idp-initiated", idp_initiated()),
        ("logout", logout()),
    ];
    let (keys, rules) = (keys(), rules());
    for (kind, claims) in &tokens {
        let token = sign(claims);
        let accepted = [
            ("access", name(&verify_session_token(&token, &keys, &rules, now()))),
            ("access", name(&verify(&token, Kind::Access, &keys, &rules, now()))),
            ("machine", name(&verify(&token, Kind::Machine, &keys, &rules, now()))),
            ("id", name(&verify_id_token(&token, &keys, &rules, now(), Expected::default()))),
            ("idp-initiated", name(&verify_idp_initiated(&token, &keys, &rules, now()))),
        ];
        for (validator, verdict) in accepted {
            let wanted = if *kind == validator { "valid" } else { "invalid" };
            assert_eq!(verdict, wanted, "{kind} token presented as {validator}");
        }
    }
}

#[test]
fn r42_a_type_in_the_header_must_be_the_own_one() {
    let table = [
        (Kind::Access, "JWT", true),
        (Kind::Access, "jwt", true),
        (Kind::Access, "at+jwt", true),
        (Kind::Access, "application/at+JWT", true),
        (Kind::Access, "logout+jwt", false),
        (Kind::Access, "id_token+jwt", false),
        (Kind::Access, "", false),
        (Kind::Machine, "at+jwt", true),
        (Kind::Id, "JWT", true),
        (Kind::Id, "at+jwt", false),
        (Kind::IdpInitiated, "at+jwt", false),
    ];
    for (kind, typ, admitted) in table {
        assert_eq!(kind.admits_type(Some(typ)), admitted, "{typ} on {kind:?}");
    }
    assert!(Kind::Access.admits_type(None));
}

#[test]
fn r42_a_machine_token_with_an_audience_must_name_ours() {
    let as_machine = |claims: &Value| verify(&sign(claims), Kind::Machine, &keys(), &rules(), now());
    assert!(valid(as_machine(&machine())).has_scope("deploy:applications"));
    valid(as_machine(&with(machine(), json!({"aud": CLIENT}))));
    let foreign = invalid(as_machine(&with(machine(), json!({"aud": ["https://api.other"]}))));
    assert!(matches!(foreign, InvalidToken::Audience { .. }), "{foreign:?}");
}

#[test]
fn r55_an_idp_initiated_login_says_where_and_lives_five_minutes() {
    let judge = |claims: &Value| verify_idp_initiated(&sign(claims), &keys(), &rules(), now());
    let login = valid(judge(&idp_initiated()));
    assert_eq!((&*login.organization_id, &*login.connection_id), ("org_1", "conn_1"));
    assert_eq!(login.relay_state.as_deref(), Some("/reports"));

    let table = [
        (json!({"exp": NOW + 301}), InvalidToken::Lifetime),
        (json!({"organization_id": null}), InvalidToken::Missing("organization_id")),
        (json!({"connection_id": ""}), InvalidToken::Missing("connection_id")),
        (json!({"iat": null}), InvalidToken::Missing("iat")),
        (json!({"exp": null}), InvalidToken::Missing("exp")),
    ];
    for (change, why) in table {
        assert_eq!(invalid(judge(&with(idp_initiated(), change.clone()))), why, "{change}");
    }
    assert_eq!(name(&judge(&with(idp_initiated(), json!({"iat": NOW - 400, "exp": NOW - 100})))), "expired");
    assert_eq!(name(&judge(&with(idp_initiated(), json!({"iss": "https://evil.example"})))), "invalid");
}

#[test]
fn r42_blank_lists_and_long_leeways_are_no_rules() {
    let rules = |issuers: &[&str], audiences: &[&str], client: &str, leeway| {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Rules::new(own(issuers), own(audiences), client.into(), Duration::from_secs(leeway)).err()
    };
    assert_eq!(rules(&[], &["a"], "c", 60), Some(RulesError::BlankIssuer));
    assert_eq!(rules(&["i", " "], &["a"], "c", 60), Some(RulesError::BlankIssuer));
    assert_eq!(rules(&["i"], &[], "c", 60), Some(RulesError::BlankAudience));
    assert_eq!(rules(&["i"], &[""], "c", 60), Some(RulesError::BlankAudience));
    assert_eq!(rules(&["i"], &["a"], "", 60), Some(RulesError::BlankClientId));
    assert_eq!(rules(&["i"], &["a"], "c", 301), Some(RulesError::Leeway));
    assert_eq!(rules(&["i"], &["a"], "c", 0), None);
}

#[test]
fn r46_debug_of_verdicts_and_claims_shows_no_token_and_no_custom_claim() {
    let claims = with(access(), json!({"custom_claims": {"salary": "secret-salary"}}));
    let token = sign(&claims);
    let verdict = verify_session_token(&token, &keys(), &rules(), now());
    let shown = format!("{verdict:?} {:?}", keys());
    assert!(shown.contains("usr_1"), "{shown}");
    assert!(!shown.contains("secret-salary"), "{shown}");
    assert!(!shown.contains(token.rsplit('.').next().unwrap()), "{shown}");
}
