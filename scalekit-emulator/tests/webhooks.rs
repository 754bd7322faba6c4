//! Events, and the ways in which they can be wrong.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scalekit_emulator::{DeliveryKind, Emulator, StartError, WebhookFlaw};
use serde_json::Value;
use support::inbox::{Inbox, Letter};
use support::{START, Stage, stage_with};

#[cfg(test)]
mod support;

#[tokio::test]
async fn a_login_is_an_event_with_person_and_session() {
    let (stage, inbox) = stage().await;
    stage.sign_in("ada@acme.example").await;
    stage.emulator.settled().await;
    let [letter] = &inbox.letters()[..] else { panic!("not one letter") };
    assert_eq!(letter.header("content-type"), "application/json");
    assert_eq!(letter.header("webhook-timestamp"), START.to_string());
    assert_eq!(letter.header("webhook-signature"), signature(letter, stage.emulator.webhook_secret()));
    let event = event(letter);
    assert_eq!(event["id"], letter.header("webhook-id"));
    assert_eq!(event["spec_version"], "1");
    assert_eq!(event["type"], "user.login");
    assert_eq!(event["occurred_at"], "2025-10-09 08:53:20.000000+00:00");
    assert_eq!(event["organization_id"], "org_100000000000000001");
    assert!(event["environment_id"].as_str().unwrap().starts_with("env_"));
    let (user, session) = (&event["data"]["user"], &event["data"]["user_session"]);
    assert_eq!(user["email"], "ada@acme.example");
    assert_eq!(user["external_id"], "ada");
    assert_eq!(user["user_profile"]["given_name"], "Ada");
    assert_eq!(session["session_id"], stage.emulator.sessions()[0].id);
    assert_eq!(session["user_id"], user["id"]);
    assert_eq!(session["status"], "ACTIVE");
    assert_eq!(session["absolute_expires_at"], "2025-11-08 08:53:20.000000+00:00");
    assert!(session.get("authenticated_clients").is_none());
}

#[tokio::test]
async fn sign_up_login_and_logout_come_in_this_order() {
    let (stage, inbox) = stage().await;
    stage.code("new@n.example", &[("prompt", "create")]);
    stage.emulator.revoke_user_sessions("new@n.example");
    stage.emulator.settled().await;
    let kinds = stage.emulator.deliveries().iter().map(|delivery| delivery.kind).collect::<Vec<_>>();
    assert_eq!(kinds, [DeliveryKind::UserSignUp, DeliveryKind::UserLogin, DeliveryKind::UserLogout]);
    let events = inbox.letters().iter().map(event).collect::<Vec<_>>();
    let of = |kind: &str| events.iter().find(|event| event["type"] == kind).unwrap();
    let logout = &of("user.logout")["data"]["user_session"];
    assert_eq!(logout["status"], "REVOKED");
    assert_eq!(logout["logout_at"], "2025-10-09 08:53:20.000000+00:00");
    let sign_up = of("user.signup");
    assert_eq!(sign_up["data"]["user"]["email"], "new@n.example");
    assert_eq!(sign_up["organization_id"], of("user.login")["organization_id"]);
}

#[tokio::test]
async fn a_browser_that_is_signed_in_already_is_no_login() {
    let (stage, inbox) = stage().await;
    let mut browser = stage.browser();
    browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    browser.open(&stage.authorize_url(&[])).await;
    stage.emulator.settled().await;
    assert_eq!(inbox.letters().len(), 1);
    browser.sign_in(&stage.authorize_url(&[("prompt", "login")]), "ada@acme.example").await;
    stage.emulator.settled().await;
    assert_eq!(inbox.letters().len(), 2);
}

#[tokio::test]
async fn endpoints_can_have_their_own_secret() {
    const SECRET: &str = "whsec_c2NhbGVraXQtd2ViaG9vay10ZXN0LXNlY3JldC0zMmI=";
    let inbox = Inbox::open(201).await;
    let stage = stage_with(|builder| builder.webhook_with_secret(inbox.at("/own"), SECRET)).await;
    stage.emulator.register_webhook(&inbox.at("/common"), None).unwrap();
    assert!(stage.emulator.register_webhook("http://x", Some("nonsense")).is_err());
    stage.sign_in("ada@acme.example").await;
    stage.emulator.settled().await;
    let letters = inbox.letters();
    assert_eq!(letters.len(), 2);
    for letter in &letters {
        let secret = if letter.path == "/own" { SECRET } else { stage.emulator.webhook_secret() };
        assert_eq!(letter.header("webhook-signature"), signature(letter, secret));
    }
    assert_eq!(letters[0].header("webhook-id"), letters[1].header("webhook-id"));
    let error = Emulator::builder().webhook_with_secret("http://x", "whsec_!").start().await.unwrap_err();
    assert!(matches!(error, StartError::WebhookSecret(_)));
}

#[tokio::test]
async fn messages_can_come_twice() {
    let letters = spoiled(WebhookFlaw::Duplicate).await;
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].body, letters[1].body);
    assert_eq!(letters[0].header("webhook-id"), letters[1].header("webhook-id"));
}

#[tokio::test]
async fn signatures_can_be_wrong_or_several() {
    let (stage, inbox) = stage().await;
    let secret = stage.emulator.webhook_secret();
    let faults = stage.emulator.faults();
    let next = async || {
        let before = inbox.letters().len();
        stage.sign_in("ada@acme.example").await;
        stage.emulator.settled().await;
        inbox.letters()[before].clone()
    };
    faults.spoil_webhooks(WebhookFlaw::WrongSignature);
    let letter = next().await;
    assert!(letter.header("webhook-signature").starts_with("v1,"));
    assert_ne!(letter.header("webhook-signature"), signature(&letter, secret));
    faults.clear();

    faults.spoil_webhooks(WebhookFlaw::SeveralSignatures);
    let letter = next().await;
    let entries = letter.header("webhook-signature").split(' ').collect::<Vec<_>>();
    assert_eq!(entries.len(), 3);
    assert!(entries[0].starts_with("v1a,"));
    assert_eq!(entries[2], signature(&letter, secret));
    faults.spoil_webhooks(WebhookFlaw::WrongSignature);
    let letter = next().await;
    assert!(!letter.header("webhook-signature").contains(&signature(&letter, secret)));
    faults.clear();

    let letter = next().await;
    assert_eq!(letter.header("webhook-signature"), signature(&letter, secret));
}

#[tokio::test]
async fn timestamps_can_be_old() {
    let letters = spoiled(WebhookFlaw::OldTimestamp).await;
    assert_eq!(letters[0].header("webhook-timestamp"), (START - 3600).to_string());
    let secret = Emulator::start().await.unwrap().webhook_secret().to_owned();
    assert_eq!(letters[0].header("webhook-signature"), signature(&letters[0], &secret));
}

#[cfg(test)]
async fn stage() -> (Stage, Inbox) {
    let inbox = Inbox::open(201).await;
    let stage = stage_with(|builder| builder.webhook(inbox.at("/hook"))).await;
    (stage, inbox)
}

#[cfg(test)]
async fn spoiled(flaw: WebhookFlaw) -> Vec<Letter> {
    let (stage, inbox) = stage().await;
    stage.emulator.faults().spoil_webhooks(flaw);
    stage.sign_in("ada@acme.example").await;
    stage.emulator.settled().await;
    inbox.letters()
}

#[cfg(test)]
fn event(letter: &Letter) -> Value {
    serde_json::from_str(&letter.body).unwrap()
}

/// What the signature has to be.
#[cfg(test)]
fn signature(letter: &Letter, secret: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let (id, timestamp) = (letter.header("webhook-id"), letter.header("webhook-timestamp"));
    let message = format!("{id}.{timestamp}.{}", letter.body);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), message.as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}
