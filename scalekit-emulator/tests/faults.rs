//! Scripted misbehaviour, gates, spoiled tokens and call counts.

use std::time::Duration;

use scalekit_emulator::{Endpoint, Fault, FaultBody, ForgedAlgorithm, GrantType, Tamper};
use serde_json::{Value, json};
use support::{START, Stage, claims, error, header, ok, stage, stage_with, text};

#[cfg(test)]
mod support;

#[tokio::test]
async fn a_fault_hits_its_grant_as_often_as_said() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let faults = stage.emulator.faults();
    faults.on(Endpoint::Token).grant(GrantType::RefreshToken).times(2).inject(Fault::Status {
        status: 429,
        retry_after: Some(Duration::from_secs(7)),
        body: FaultBody::OAuth { error: "slow_down".to_owned() },
    });
    let token = text(&tokens, "refresh_token");
    for _ in 0..2 {
        let answer = stage.refresh(token).await;
        assert_eq!(answer.headers()["retry-after"], "7");
        assert_eq!(error(answer, 429).await, "slow_down");
        stage.sign_in("ada@acme.example").await;
    }
    ok(stage.refresh(token).await).await;
}

#[tokio::test]
async fn a_fault_without_a_number_lasts_until_cleared() {
    let stage = stage().await;
    let faults = stage.emulator.faults();
    faults.on(Endpoint::Keys).inject(Fault::status(503));
    for _ in 0..3 {
        let answer = stage.http.get(stage.at("/keys")).send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert!(answer.text().await.unwrap().contains("<html>"));
    }
    faults.clear();
    stage.keys().await;

    let bodies = [FaultBody::Empty, FaultBody::Json("{".to_owned())];
    for (body, expected) in bodies.into_iter().zip(["", "{"]) {
        faults.on(Endpoint::Keys).times(1).inject(Fault::Status { status: 200, retry_after: None, body });
        let answer = stage.http.get(stage.at("/keys")).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_delay_only_delays() {
    let stage = stage().await;
    let delay = Fault::Delay(Duration::from_millis(1));
    stage.emulator.faults().on(Endpoint::Keys).inject(delay);
    stage.keys().await;
}

#[tokio::test]
async fn a_dropped_connection_after_processing_has_rotated_the_token() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let token = text(&tokens, "refresh_token");
    let on_token = || stage.emulator.faults().on(Endpoint::Token).times(1);
    on_token().inject(Fault::DropConnection);
    assert!(refresh_fails(&stage, token).await);
    stage.clock.advance(Duration::from_secs(60));
    let tokens = ok(stage.refresh(token).await).await;

    let token = text(&tokens, "refresh_token");
    on_token().inject(Fault::DropConnectionAfterProcessing);
    assert!(refresh_fails(&stage, token).await);
    ok(stage.refresh(token).await).await;
    stage.clock.advance(Duration::from_secs(60));
    assert_eq!(error(stage.refresh(token).await, 400).await, "invalid_grant");

    let statuses = stage.emulator.calls().recent();
    let dropped = statuses.iter().filter(|call| call.status.is_none());
    assert_eq!(dropped.count(), 2);
}

#[tokio::test]
async fn truncated_json_is_processed_and_framed_but_not_json() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let faults = stage.emulator.faults();
    faults.on(Endpoint::Token).times(1).inject(Fault::TruncatedJson);
    let answer = stage.refresh(text(&tokens, "refresh_token")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let body = answer.text().await.unwrap();
    assert!(!body.is_empty());
    assert!(serde_json::from_str::<Value>(&body).is_err());
}

#[tokio::test]
async fn held_requests_wait_for_the_gate() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let token = text(&tokens, "refresh_token");
    let gate = stage.emulator.faults().hold(Endpoint::Token);
    let test = async {
        gate.arrived(2).await;
        assert_eq!(gate.waiting(), 2);
        assert_eq!(stage.emulator.calls().token_refresh, 2);
        assert!(stage.emulator.revoke_user_sessions("ada@acme.example") == 1);
        gate.release();
    };
    let (first, second, ()) = tokio::join!(stage.refresh(token), stage.refresh(token), test);
    assert_eq!(error(first, 400).await, "invalid_grant");
    assert_eq!(error(second, 400).await, "invalid_grant");
    stage.sign_in("ada@acme.example").await;
}

#[tokio::test]
async fn a_held_answer_was_processed_before() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let rule = stage.emulator.faults().on(Endpoint::Token);
    let gate = rule.grant(GrantType::RefreshToken).hold_response();
    let test = async {
        gate.arrived(1).await;
        stage.emulator.revoke_user_sessions("ada@acme.example");
        drop(gate);
    };
    let (answer, ()) = tokio::join!(stage.refresh(text(&tokens, "refresh_token")), test);
    ok(answer).await;
}

#[tokio::test]
async fn a_held_request_whose_client_hangs_up_is_not_waiting() {
    let stage = stage().await;
    let gate = stage.emulator.faults().hold(Endpoint::Keys);
    tokio::select! {
        _ = stage.keys() => panic!("the gate is closed"),
        () = gate.arrived(1) => {}
    }
    let (_, ()) = tokio::join!(stage.keys(), async {
        gate.arrived(1).await;
        gate.release();
    });
}

#[tokio::test]
async fn tampered_claims_arrive_in_both_tokens() {
    let stage = stage().await;
    let audience = Tamper::WrongAudience("x".to_owned());
    let later = Tamper::NotBeforeInFuture(Duration::from_secs(60));
    for (tamper, name, expected) in [
        (Tamper::WrongIssuer("x".to_owned()), "iss", json!("x")),
        (audience, "aud", json!(["x"])),
        (Tamper::AudienceAsString, "aud", json!(stage.emulator.client_id())),
        (Tamper::OtherSubject("x".to_owned()), "sub", json!("x")),
        (Tamper::OtherSid, "sid", json!("ses_999999999999999999")),
        (Tamper::OtherOrganization("x".to_owned()), "oid", json!("x")),
        (Tamper::MissingExp, "exp", Value::Null),
        (later, "nbf", json!(START + 60)),
        (Tamper::ClockOffset(-600), "iat", json!(START - 600)),
    ] {
        let tokens = tampered(&stage, tamper.clone()).await;
        for kind in ["access_token", "id_token"] {
            assert_eq!(claims(text(&tokens, kind))[name], expected, "{tamper:?}");
        }
    }
}

#[tokio::test]
async fn tampered_signatures_hashes_and_shapes() {
    let stage = stage().await;
    for (algorithm, name) in [(ForgedAlgorithm::None, "none"), (ForgedAlgorithm::Hs256, "HS256")] {
        let tokens = tampered(&stage, Tamper::WrongAlgorithm(algorithm)).await;
        assert_eq!(header(text(&tokens, "access_token"))["alg"], name);
        assert_eq!(header(text(&tokens, "id_token"))["alg"], name);
    }
    let tokens = tampered(&stage, Tamper::UnknownKid).await;
    let published = &stage.keys().await["keys"][0]["kid"];
    assert_ne!(&header(text(&tokens, "access_token"))["kid"], published);

    let tokens = tampered(&stage, Tamper::IdTokenAsAccessToken).await;
    assert_eq!(tokens["access_token"], tokens["id_token"]);
    let tokens = tampered(&stage, Tamper::WrongNonce).await;
    assert_eq!(claims(text(&tokens, "id_token"))["nonce"], "another nonce");
    let tokens = tampered(&stage, Tamper::WrongAtHash).await;
    assert_eq!(claims(text(&tokens, "id_token"))["at_hash"], "AAAAAAAAAAAAAAAAAAAAAA");
    let tokens = tampered(&stage, Tamper::OmitRefreshToken).await;
    assert!(tokens.get("refresh_token").is_none());

    let tokens = tampered(&stage, Tamper::OmitIdTokenOnRefresh).await;
    assert!(tokens.get("id_token").is_some());
    let on_token = stage.emulator.faults().on(Endpoint::Token);
    on_token.times(1).tamper(Tamper::OmitIdTokenOnRefresh);
    let token = text(&tokens, "refresh_token");
    let refreshed = ok(stage.refresh(token).await).await;
    assert!(refreshed.get("id_token").is_none());
    let refreshed = ok(stage.refresh(token).await).await;
    assert!(refreshed.get("id_token").is_some());
}

#[tokio::test]
async fn arbitrary_tokens_can_be_minted() {
    let stage = stage().await;
    let token = stage.emulator.mint(&json!({ "sub": "me" })).unwrap();
    assert_eq!(claims(&token)["sub"], "me");
    assert_eq!(header(&token), stage.emulator.token_header());
    let head = json!({ "alg": "RS256", "crit": ["b64"] });
    let token = stage.emulator.mint_with(&head, &json!({})).unwrap();
    assert_eq!(header(&token), head);
}

#[tokio::test]
async fn every_call_is_counted_once() {
    let stage = stage_with(|builder| builder).await;
    let tokens = stage.sign_in("ada@acme.example").await;
    ok(stage.refresh(text(&tokens, "refresh_token")).await).await;
    ok(stage.token(&[("grant_type", "client_credentials")]).await).await;
    error(stage.token(&[("grant_type", "x")]).await, 400).await;
    stage.keys().await;
    for path in ["/.well-known/openid-configuration", "/oidc/logout", "/userinfo"] {
        stage.http.get(stage.at(path)).send().await.unwrap();
    }
    stage.post("/revoke", &[]).await.unwrap();
    let calls = stage.emulator.calls();
    let counts = [
        calls.authorize,
        calls.token_code,
        calls.token_refresh,
        calls.token_client_credentials,
        calls.token_other,
        calls.keys,
        calls.discovery,
        calls.logout,
        calls.userinfo,
        calls.revoke,
    ];
    assert_eq!(counts, [1; 10]);
    assert_eq!(calls.token(), 4);
    assert_eq!(calls.total(), 10);
    let recent = calls.recent();
    assert_eq!(recent.len(), 10);
    assert_eq!(recent[1].path, "/oauth/token");
    assert_eq!(recent[1].grant, Some(GrantType::AuthorizationCode));
    assert_eq!(recent[1].status, Some(200));
    stage.emulator.reset_calls();
    assert_eq!(stage.emulator.calls().total(), 0);
}

#[cfg(test)]
async fn tampered(stage: &Stage, tamper: Tamper) -> Value {
    let on_token = stage.emulator.faults().on(Endpoint::Token);
    on_token.times(1).tamper(tamper);
    let code = stage.code("ada@acme.example", &[("nonce", "n-1")]);
    let tokens = ok(stage.exchange(&code).await).await;
    stage.emulator.faults().clear();
    tokens
}

#[cfg(test)]
async fn refresh_fails(stage: &Stage, token: &str) -> bool {
    let form = [
        ("client_id", stage.emulator.client_id()),
        ("client_secret", stage.emulator.client_secret()),
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
    ];
    stage.post("/oauth/token", &form).await.is_err()
}
