//! Scripting the emulator, over HTTP and from Rust.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use scalekit_emulator::{Endpoint, Fault, Rotation, SessionStatus};
use serde_json::{Value, json};
use support::inbox::Inbox;
use support::{START, Stage, claims, error, header, ok, stage, stage_with, text};

#[cfg(test)]
mod support;

#[tokio::test]
async fn without_being_enabled_there_is_no_control() {
    let stage = stage().await;
    for path in ["reset", "faults", "calls", "clock/advance"] {
        assert_eq!(post(&stage, path, &json!({})).await.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn faults_are_injected_and_cleared() {
    let stage = controlled().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let refresh_token = text(&tokens, "refresh_token");
    let fault =
        json!({ "kind": "status", "status": 429, "retry_after": 7, "body": { "oauth": "slow_down" } });
    let asked = json!({ "endpoint": "token", "grant": "refresh_token", "times": 1, "fault": fault });
    done(post(&stage, "faults", &asked).await).await;
    ok(stage.token(&[("grant_type", "client_credentials")]).await).await;
    let answer = stage.refresh(refresh_token).await;
    assert_eq!(answer.headers()["retry-after"], "7");
    assert_eq!(error(answer, 429).await, "slow_down");
    ok(stage.refresh(refresh_token).await).await;

    for fault in [json!({ "kind": "status", "status": 503 }), json!({ "kind": "truncated_json" })] {
        done(post(&stage, "faults", &json!({ "endpoint": "keys", "fault": fault })).await).await;
    }
    assert_eq!(stage.http.get(stage.at("/keys")).send().await.unwrap().status(), 503);
    done(send(&stage, Method::DELETE, "faults", None).await).await;
    stage.keys().await;
}

#[tokio::test]
async fn tokens_are_spoiled() {
    let stage = controlled().await;
    let cases = [
        (
            json!({ "kind": "wrong_issuer", "issuer": "https://evil.example" }),
            "/iss",
            json!("https://evil.example"),
        ),
        (json!({ "kind": "audience_as_string" }), "/aud", json!(stage.emulator.client_id())),
        (json!({ "kind": "clock_offset", "seconds": -60 }), "/iat", json!(START - 60)),
    ];
    for (tamper, pointer, expected) in cases {
        done(post(&stage, "tampering", &json!({ "times": 1, "tamper": tamper })).await).await;
        let tokens = stage.sign_in("ada@acme.example").await;
        let claims = claims(text(&tokens, "access_token"));
        assert_eq!(claims.pointer(pointer), Some(&expected), "{tamper}");
    }
    done(post(&stage, "tampering", &json!({ "tamper": { "kind": "algorithm_none" } })).await).await;
    let tokens = stage.sign_in("ada@acme.example").await;
    assert_eq!(header(text(&tokens, "access_token"))["alg"], "none");
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused() {
    let stage = controlled().await;
    for (path, body) in [
        ("faults", json!({ "endpoint": "nowhere", "fault": { "kind": "drop_connection" } })),
        ("faults", json!({ "endpoint": "token", "grant": "none", "fault": { "kind": "drop_connection" } })),
        ("faults", json!({ "endpoint": "token", "fault": { "kind": "explode" } })),
        ("tampering", json!({ "tamper": { "kind": "wrong_issuer" } })),
        ("webhooks", json!({ "flaw": "late" })),
        ("clock/advance", json!({ "hours": 1 })),
    ] {
        let status = post(&stage, path, &body).await.status();
        assert!(status.is_client_error(), "{path} {body} {status}");
    }
    stage.keys().await;
}

#[tokio::test]
async fn web_pages_cannot_script_it() {
    let stage = controlled().await;
    stage.sign_in("ada@acme.example").await;
    let reset = stage.at("/emulator/control/reset");
    let simple = stage.http.post(&reset).header("content-type", "text/plain").body("{}");
    assert_eq!(simple.send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(stage.http.post(&reset).send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let rebound = stage.http.post(&reset).header("host", "evil.example").json(&json!({}));
    assert_eq!(rebound.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(stage.emulator.sessions().len(), 1);
}

#[tokio::test]
async fn keys_rotate_time_passes_and_sessions_are_revoked() {
    let stage = controlled().await;
    let kid = stage.keys().await["keys"][0]["kid"].clone();
    let rotated = ok(post(&stage, "keys/rotate", &json!({})).await).await;
    assert_ne!(rotated["kid"], kid);
    assert_eq!(stage.keys().await["keys"].as_array().unwrap().len(), 2);
    ok(post(&stage, "keys/rotate", &json!({ "drop_old": true })).await).await;

    let answer = ok(post(&stage, "clock/advance", &json!({ "seconds": 100 })).await).await;
    assert_eq!(answer["now"], "2025-10-09T08:55:00.000Z");
    stage.emulator.advance_clock(Duration::from_secs(1));
    let tokens = stage.sign_in("ada@acme.example").await;
    assert_eq!(claims(text(&tokens, "access_token"))["iat"], START + 101);

    let sid = stage.emulator.sessions()[0].id.clone();
    let path = format!("sessions/{sid}/revoke");
    for revoked in [true, false] {
        let answer = ok(post(&stage, &path, &json!({})).await).await;
        assert_eq!(answer["revoked"], revoked);
    }
    let answer = ok(send(&stage, Method::GET, "sessions", None).await).await;
    assert_eq!(answer["sessions"][0]["status"], "revoked");
}

#[tokio::test]
async fn calls_and_deliveries_can_be_read() {
    let inbox = Inbox::open(201).await;
    let stage = stage_with(|builder| builder.control_api(true).webhook(inbox.at("/hook"))).await;
    done(post(&stage, "webhooks", &json!({ "flaw": "duplicate" })).await).await;
    stage.sign_in("ada@acme.example").await;
    stage.emulator.settled().await;
    let calls = ok(send(&stage, Method::GET, "calls", None).await).await;
    assert_eq!((&calls["counts"]["token_code"], &calls["counts"]["authorize"]), (&json!(1), &json!(1)));
    assert_eq!(calls["total"], 2);
    let last =
        json!({ "method": "POST", "path": "/oauth/token", "grant": "authorization_code", "status": 200 });
    assert_eq!(calls["recent"][1], last);
    let answer = ok(send(&stage, Method::GET, "deliveries", None).await).await;
    let deliveries = answer["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 2);
    assert_eq!((&deliveries[0]["kind"], &deliveries[0]["status"]), (&json!("user.login"), &json!(201)));
}

#[tokio::test]
async fn a_reset_brings_the_seeds_back_and_keeps_registrations() {
    let inbox = Inbox::open(201).await;
    let stage = controlled().await;
    stage.emulator.register_redirect_uri("http://localhost:9/cb");
    stage.emulator.register_webhook(&inbox.at("/hook"), None).unwrap();
    stage.emulator.register_back_channel_logout_uri(&inbox.at("/bye"));
    let key = stage.keys().await;

    let tokens = stage.sign_in("ada@acme.example").await;
    stage.code("new@n.example", &[("prompt", "create")]);
    stage.emulator.set_permissions("ada@acme.example", ["nothing"]);
    stage.emulator.revoke_family_on_reuse(true);
    stage.emulator.rotate_keys(Rotation::DropOld).unwrap();
    stage.emulator.advance_clock(Duration::from_secs(5));
    stage.emulator.settled().await;
    stage.emulator.faults().on(Endpoint::Keys).inject(Fault::status(500));
    done(post(&stage, "reset", &json!({})).await).await;

    assert!(stage.emulator.sessions().is_empty());
    assert!(stage.emulator.deliveries().is_empty());
    assert_eq!(stage.emulator.calls().total(), 0);
    assert_eq!(stage.keys().await, key);
    let answer = stage.refresh(text(&tokens, "refresh_token")).await;
    assert_eq!(error(answer, 400).await, "invalid_grant");
    let url = stage.authorize_url(&[("redirect_uri", "http://localhost:9/cb")]);
    assert!(stage.emulator.authenticate(&url, "new@n.example").is_err());
    assert!(stage.emulator.authenticate(&url, "ada@acme.example").unwrap().contains("code="));
    let again = claims(text(&stage.sign_in("ada@acme.example").await, "access_token"));
    assert_eq!(again["permissions"].as_array().unwrap().len(), 12);
    assert_eq!(again["iat"], START);
    stage.emulator.revoke_user_sessions("ada@acme.example");
    stage.emulator.settled().await;
    assert!(inbox.letters().iter().any(|letter| letter.path == "/bye"));
    assert!(stage.emulator.sessions().iter().all(|session| session.status == SessionStatus::Revoked));
}

#[cfg(test)]
async fn controlled() -> Stage {
    stage_with(|builder| builder.control_api(true)).await
}

#[cfg(test)]
async fn post(stage: &Stage, path: &str, body: &Value) -> Response {
    send(stage, Method::POST, path, Some(body)).await
}

#[cfg(test)]
async fn send(stage: &Stage, method: Method, path: &str, body: Option<&Value>) -> Response {
    let request = stage.http.request(method, stage.at(&format!("/emulator/control/{path}")));
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    request.send().await.unwrap()
}

#[cfg(test)]
async fn done(response: Response) {
    assert_eq!(response.status(), StatusCode::NO_CONTENT, "{}", response.text().await.unwrap());
}
