//! Applications hear that a session has ended.

use std::time::Duration;

use scalekit_emulator::{Client, DeliveryKind, DeliveryOutcome, Emulator, SessionStatus};
use serde_json::{Value, json};
use support::inbox::{Inbox, Letter};
use support::{CALLBACK, START, Stage, claims, error, header, ok, stage_with, text};

#[cfg(test)]
mod support;

const ADA: &str = "usr_100000000000000001";

#[tokio::test]
async fn logout_brings_a_logout_token() {
    let (stage, inbox) = stage(200).await;
    let mut browser = stage.browser();
    browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    let sid = stage.emulator.sessions()[0].id.clone();
    browser.open(&stage.at("/oidc/logout")).await;
    stage.emulator.settled().await;

    let [letter] = &inbox.letters()[..] else { panic!("not one letter") };
    assert_eq!(letter.path, "/bye");
    assert_eq!(letter.header("content-type"), "application/x-www-form-urlencoded");
    let token = token(letter);
    let header = header(&token);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("logout+jwt")));
    assert_eq!(header["kid"], stage.keys().await["keys"][0]["kid"]);
    let mut claims = claims(&token);
    assert!(claims["jti"].take().as_str().unwrap().starts_with("tkn_"));
    let expected = json!({
        "iss": stage.emulator.url(),
        "aud": [stage.emulator.client_id()],
        "sub": ADA,
        "sid": sid,
        "iat": START,
        "exp": START + 120,
        "jti": Value::Null,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    assert_eq!(claims, expected);

    let [delivery] = &stage.emulator.deliveries()[..] else { panic!("not one delivery") };
    assert_eq!(delivery.kind, DeliveryKind::BackChannelLogout);
    assert_eq!(delivery.outcome, DeliveryOutcome::Answered(200));
    assert_eq!(delivery.body, letter.body);
    assert_eq!(delivery.url, inbox.at("/bye"));
}

#[tokio::test]
async fn every_client_that_took_part_hears_of_it_once_and_no_other() {
    let inbox = Inbox::open(204).await;
    let client = |id: &str| {
        let client = Client::confidential(id, "secret").redirect_uri(CALLBACK);
        client.back_channel_logout_uri(inbox.at(&format!("/{id}")))
    };
    let silent = Client::confidential("silent", "secret").redirect_uri(CALLBACK);
    let clients = |builder: scalekit_emulator::EmulatorBuilder| {
        builder.client(client("a")).client(client("b")).client(client("c")).client(silent)
    };
    let stage = stage_with(clients).await;
    let mut browser = stage.browser();
    browser.sign_in(&stage.authorize_url(&[("client_id", "a")]), "ada@acme.example").await;
    for id in ["b", "silent", "a"] {
        browser.open(&stage.authorize_url(&[("client_id", id)])).await;
    }
    browser.open(&stage.at("/oidc/logout")).await;
    browser.open(&stage.at("/oidc/logout")).await;
    stage.emulator.settled().await;
    let mut heard = inbox.letters();
    heard.sort_by_key(|letter| letter.path.clone());
    let audiences = heard.iter().map(|letter| claims(&token(letter))["aud"][0].clone());
    assert_eq!(audiences.collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn revocation_and_expiry_are_told_too() {
    let (stage, inbox) = stage(200).await;
    let ada = stage.sign_in("ada@acme.example").await;
    let sid = stage.emulator.sessions()[0].id.clone();
    stage.emulator.revoke_session(&sid);
    stage.emulator.settled().await;
    assert_eq!(inbox.letters().len(), 1);
    assert_eq!(error(stage.refresh(text(&ada, "refresh_token")).await, 400).await, "invalid_grant");

    let bob = stage.sign_in("bob@acme.example").await;
    stage.clock.advance(Duration::from_secs(7 * 24 * 60 * 60));
    stage.emulator.settled().await;
    assert_eq!(inbox.letters().len(), 1);
    assert_eq!(error(stage.refresh(text(&bob, "refresh_token")).await, 400).await, "invalid_grant");
    stage.emulator.settled().await;
    assert_eq!(inbox.letters().len(), 2);
    let sessions = stage.emulator.sessions();
    assert!(sessions.iter().any(|session| session.status == SessionStatus::Expired));

    stage.sign_in("ada@acme.example").await;
    let path = stage.at(&format!("/api/v1/users/{ADA}/sessions/revoke"));
    let request = stage.http.post(path).bearer_auth(stage.management_token().await);
    ok(request.send().await.unwrap()).await;
    stage.emulator.settled().await;
    assert_eq!(inbox.letters().len(), 3);
}

#[tokio::test]
async fn another_person_in_the_same_browser_ends_the_session_of_the_first() {
    let (stage, inbox) = stage(200).await;
    let mut browser = stage.browser();
    browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    browser.sign_in(&stage.authorize_url(&[("prompt", "login")]), "bob@acme.example").await;
    stage.emulator.settled().await;
    assert_eq!(claims(&token(&inbox.letters()[0]))["sub"], ADA);
}

#[tokio::test]
async fn applications_that_fail_are_noted_and_asked_once() {
    let (stage, inbox) = stage(503).await;
    stage.sign_in("ada@acme.example").await;
    stage.emulator.revoke_user_sessions("ada@acme.example");
    stage.emulator.settled().await;
    assert_eq!(inbox.letters().len(), 1);
    assert_eq!(stage.emulator.deliveries()[0].outcome, DeliveryOutcome::Answered(503));

    stage.emulator.register_back_channel_logout_uri("nonsense://nowhere");
    stage.sign_in("ada@acme.example").await;
    stage.emulator.revoke_user_sessions("ada@acme.example");
    stage.emulator.settled().await;
    assert!(matches!(stage.emulator.deliveries()[1].outcome, DeliveryOutcome::Failed(_)));
}

#[tokio::test]
async fn nothing_to_deliver_is_settled() {
    let emulator = Emulator::start().await.unwrap();
    emulator.settled().await;
    assert!(emulator.deliveries().is_empty());
}

#[cfg(test)]
async fn stage(status: u16) -> (Stage, Inbox) {
    let inbox = Inbox::open(status).await;
    let stage = stage_with(|builder| builder.back_channel_logout_uri(inbox.at("/bye"))).await;
    (stage, inbox)
}

#[cfg(test)]
fn token(letter: &Letter) -> String {
    letter.body.strip_prefix("logout_token=").unwrap().to_owned()
}
