//! Rotation, grace, timeouts and revocation.

use std::time::Duration;

use scalekit_emulator::SessionStatus;
use serde_json::json;
use support::{START, claims, error, ok, stage, stage_with, text};

#[cfg(test)]
mod support;

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn a_refresh_rotates_the_token_and_keeps_the_session() {
    let stage = stage().await;
    let first = stage.sign_in("ada@acme.example").await;
    stage.clock.advance(Duration::from_secs(290));
    let second = ok(stage.refresh(text(&first, "refresh_token")).await).await;
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(second["expires_in"], 299);
    let (old, new) = (claims(text(&first, "access_token")), claims(text(&second, "access_token")));
    assert_eq!(new["sid"], old["sid"]);
    assert_ne!(new["jti"], old["jti"]);
    assert_eq!(new["exp"], START + 290 + 300);
    let id = claims(text(&second, "id_token"));
    assert_eq!(id["sub"], old["sub"]);
    assert!(id.get("c_hash").is_none());
    assert!(id.get("nonce").is_none());
}

#[tokio::test]
async fn within_the_grace_period_the_old_token_gets_the_successor_it_has() {
    let stage = stage().await;
    let first = stage.sign_in("ada@acme.example").await;
    let old = text(&first, "refresh_token");
    let second = ok(stage.refresh(old).await).await;
    stage.clock.advance(Duration::from_millis(29_999));
    let again = ok(stage.refresh(old).await).await;
    assert_eq!(again["refresh_token"], second["refresh_token"]);
    stage.clock.advance(Duration::from_millis(1));
    assert_eq!(error(stage.refresh(old).await, 400).await, "invalid_grant");
    ok(stage.refresh(text(&second, "refresh_token")).await).await;
}

#[tokio::test]
async fn reuse_after_the_grace_period_revokes_the_successors_when_asked_to() {
    let stage = stage_with(|builder| builder.grace(Duration::ZERO).revoke_family_on_reuse(true)).await;
    let first = stage.sign_in("ada@acme.example").await;
    let old = text(&first, "refresh_token");
    let second = ok(stage.refresh(old).await).await;
    assert_eq!(error(stage.refresh(old).await, 400).await, "invalid_grant");
    let successor = text(&second, "refresh_token");
    assert_eq!(error(stage.refresh(successor).await, 400).await, "invalid_grant");
}

#[tokio::test]
async fn a_session_idles_out_unless_it_is_refreshed() {
    let stage = stage().await;
    let mut token = text(&stage.sign_in("ada@acme.example").await, "refresh_token").to_owned();
    for _ in 0..2 {
        stage.clock.advance(Duration::from_secs(7 * DAY - 1));
        token = text(&ok(stage.refresh(&token).await).await, "refresh_token").to_owned();
    }
    stage.clock.advance(Duration::from_secs(7 * DAY));
    assert_eq!(error(stage.refresh(&token).await, 400).await, "invalid_grant");
    assert_eq!(stage.emulator.sessions()[0].status, SessionStatus::Expired);
}

#[tokio::test]
async fn a_session_ends_at_its_absolute_timeout_however_busy() {
    let stage = stage_with(|builder| {
        builder.absolute_timeout(Duration::from_secs(100)).idle_timeout(Duration::from_secs(60))
    })
    .await;
    let first = stage.sign_in("ada@acme.example").await;
    stage.clock.advance(Duration::from_secs(50));
    let second = ok(stage.refresh(text(&first, "refresh_token")).await).await;
    stage.clock.advance(Duration::from_secs(50));
    let answer = stage.refresh(text(&second, "refresh_token")).await;
    assert_eq!(error(answer, 400).await, "invalid_grant");
}

#[tokio::test]
async fn a_revoked_session_is_not_refreshed() {
    let stage = stage().await;
    let ada = stage.sign_in("ada@acme.example").await;
    let ada_again = stage.sign_in("ada@acme.example").await;
    let bob = stage.sign_in("bob@acme.example").await;
    let bobs = claims(text(&bob, "access_token"));
    assert!(stage.emulator.revoke_session(text(&bobs, "sid")));
    assert!(!stage.emulator.revoke_session(text(&bobs, "sid")));
    assert_eq!(stage.emulator.revoke_user_sessions("ada@acme.example"), 2);
    for tokens in [ada, ada_again, bob] {
        let answer = stage.refresh(text(&tokens, "refresh_token")).await;
        assert_eq!(error(answer, 400).await, "invalid_grant");
    }
    let sessions = stage.emulator.sessions();
    assert!(sessions.iter().all(|session| session.status == SessionStatus::Revoked));
}

#[tokio::test]
async fn the_revocation_endpoint_ends_the_chain() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let token = text(&tokens, "refresh_token");
    let form = [
        ("client_id", stage.emulator.client_id()),
        ("client_secret", stage.emulator.client_secret()),
        ("token", token),
    ];
    assert_eq!(stage.post("/revoke", &form).await.unwrap().status(), 200);
    assert_eq!(error(stage.refresh(token).await, 400).await, "invalid_grant");
    assert_eq!(stage.post("/revoke", &form).await.unwrap().status(), 200);
    let stranger = stage.post("/revoke", &[("token", token)]).await.unwrap();
    assert_eq!(error(stranger, 401).await, "invalid_client");
}

#[tokio::test]
async fn changed_roles_and_permissions_arrive_with_the_next_refresh() {
    let stage = stage().await;
    let tokens = stage.sign_in("bob@acme.example").await;
    assert!(stage.emulator.set_roles("bob@acme.example", None, ["boss"]));
    assert!(stage.emulator.set_permissions("bob@acme.example", ["invoices:read"]));
    assert!(!stage.emulator.set_permissions("nobody@acme.example", ["a"]));
    let elsewhere = Some("org_100000000000000002");
    assert!(!stage.emulator.set_roles("bob@acme.example", elsewhere, ["x"]));
    let refreshed = ok(stage.refresh(text(&tokens, "refresh_token")).await).await;
    let claims = claims(text(&refreshed, "access_token"));
    assert_eq!(claims["roles"], json!(["boss"]));
    assert_eq!(claims["permissions"], json!(["invoices:read"]));
}

#[tokio::test]
async fn refreshes_can_come_without_an_id_token() {
    let stage = stage_with(|builder| builder.id_token_on_refresh(false)).await;
    let tokens = stage.sign_in("ada@acme.example").await;
    assert!(tokens.get("id_token").is_some());
    let refreshed = ok(stage.refresh(text(&tokens, "refresh_token")).await).await;
    assert!(refreshed.get("id_token").is_none());
}

#[tokio::test]
async fn userinfo_knows_the_person_as_long_as_token_and_session_live() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let ask = async |token: &str| {
        let request = stage.http.get(stage.at("/userinfo")).bearer_auth(token);
        request.send().await.unwrap()
    };
    let access = text(&tokens, "access_token");
    let profile = ok(ask(access).await).await;
    assert_eq!(profile["email"], "ada@acme.example");
    let id_token = text(&tokens, "id_token");
    assert_eq!(error(ask(id_token).await, 401).await, "invalid_token");
    stage.clock.advance(Duration::from_secs(300));
    assert_eq!(error(ask(access).await, 401).await, "invalid_token");
}
