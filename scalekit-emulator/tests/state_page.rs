//! The page that a developer keeps open.

use scalekit_emulator::{Client, Emulator};
use support::inbox::Inbox;
use support::{CALLBACK, HOME, ok, stage, stage_with, text};

#[cfg(test)]
mod support;

#[tokio::test]
async fn sessions_tokens_calls_and_deliveries_are_there_and_no_secret() {
    let inbox = Inbox::open(202).await;
    let other = Client::confidential("skc_other", "another secret").redirect_uri(CALLBACK);
    let stage = stage_with(|builder| {
        builder.client(other).webhook(inbox.at("/hook")).back_channel_logout_uri(inbox.at("/bye"))
    })
    .await;
    let mut browser = stage.browser();
    let page = browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    let code = page.callback()["code"].clone();
    let first = ok(stage.exchange(&code).await).await;
    let second = ok(stage.refresh(text(&first, "refresh_token")).await).await;
    let other = browser.open(&stage.authorize_url(&[("client_id", "skc_other")])).await;
    let unused = other.callback()["code"].clone();
    let bob = stage.sign_in("bob@acme.example").await;
    stage.emulator.revoke_user_sessions("bob@acme.example");
    stage.emulator.settled().await;

    let html = browser.open(&stage.at("/")).await.html;
    let cookie = browser.cookie.as_deref().unwrap().split_once('=').unwrap().1;
    let logout_token = inbox.letters().into_iter().find(|letter| letter.path == "/bye").unwrap().body;
    for secret in [
        text(&first, "access_token"),
        text(&first, "refresh_token"),
        text(&second, "refresh_token"),
        text(&bob, "refresh_token"),
        &code,
        &unused,
        cookie,
        &logout_token,
        stage.emulator.client_secret(),
        stage.emulator.webhook_secret(),
        "another secret",
    ] {
        assert!(!html.contains(secret), "{secret}");
        assert!(!html.contains(&secret[..12]) || secret.starts_with("logout_token"), "{secret}");
    }
    for shown in [
        "skc_other in Acme",
        "Acme (here)",
        "revoked",
        "session ended",
        "rotated",
        "current",
        "unused",
        "user.login",
        "logout_token",
        "202",
        &format!("{}…", &text(&second, "refresh_token")[..6]),
        "2025-10-09T08:53:20.000Z",
        "/oauth/authorize",
        HOME,
    ] {
        assert!(html.contains(shown), "{shown} in {html}");
    }
}

#[tokio::test]
async fn it_refreshes_itself_only_when_asked_to_and_without_script() {
    let stage = stage().await;
    let still = stage.browser().open(&stage.at("/")).await.html;
    assert!(!still.contains("http-equiv"));
    assert!(still.contains(r#"href="/?live""#));
    let live = stage.browser().open(&stage.at("/?live")).await.html;
    assert!(live.contains(r#"<meta http-equiv="refresh" content="2">"#));
    assert!(live.contains(r#"<a href="/">"#));
    assert!(!live.contains("<script"));
}

#[tokio::test]
async fn an_environment_that_nobody_has_used_says_so() {
    let emulator = Emulator::start().await.unwrap();
    let html = support::http().get(emulator.url()).send().await.unwrap().text().await.unwrap();
    assert_eq!(html.matches("None yet.").count(), 4);
    assert!(html.contains("Mia Many"));
}
