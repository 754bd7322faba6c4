//! The end of a session.

use std::time::Duration;

use reqwest::StatusCode;
use scalekit_emulator::{Client, SessionStatus};
use support::{CALLBACK, HOME, error, ok, stage, stage_with, text};
use url::Url;

#[cfg(test)]
mod support;

#[tokio::test]
async fn the_cookie_is_enough_and_state_comes_back() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let page = browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    let tokens = ok(stage.exchange(&page.callback()["code"]).await).await;
    let page = browser.open(&logout(&stage, &[("post_logout_redirect_uri", HOME), ("state", "s 1")])).await;
    assert_eq!(page.status, StatusCode::FOUND);
    assert_eq!(page.location.as_deref(), Some("http://localhost:3000/?state=s+1"));
    assert_eq!(browser.cookie, None);
    assert_eq!(stage.emulator.sessions()[0].status, SessionStatus::Logout);
    let answer = stage.refresh(text(&tokens, "refresh_token")).await;
    assert_eq!(error(answer, 400).await, "invalid_grant");
    let page = browser.open(&stage.authorize_url(&[])).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn without_a_cookie_an_expired_hint_is_enough() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    stage.clock.advance(Duration::from_secs(86_400));
    let hint = ("id_token_hint", text(&tokens, "id_token"));
    let url = logout(&stage, &[hint, ("post_logout_redirect_uri", HOME)]);
    let page = stage.browser().open(&url).await;
    assert_eq!(page.location.as_deref(), Some(HOME));
    assert_eq!(stage.emulator.sessions()[0].status, SessionStatus::Logout);
    // Once more: the session is gone, the person still gets home.
    let page = stage.browser().open(&url).await;
    assert_eq!(page.location.as_deref(), Some(HOME));
}

#[tokio::test]
async fn a_forged_hint_ends_nothing() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let (signed, _) = text(&tokens, "id_token").rsplit_once('.').unwrap();
    for hint in [format!("{signed}.AAAA"), "nonsense".to_owned()] {
        let page = stage.browser().open(&logout(&stage, &[("id_token_hint", &hint)])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(stage.emulator.sessions()[0].status, SessionStatus::Active);
}

#[tokio::test]
async fn unregistered_and_relative_addresses_are_refused_and_the_session_lives() {
    let other = Client::confidential("skc_2", "s2").post_logout_redirect_uri("http://localhost:4000/");
    let stage = stage_with(|builder| builder.client(other)).await;
    let mut browser = stage.browser();
    let page = browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    let tokens = ok(stage.exchange(&page.callback()["code"]).await).await;
    let hint = ("id_token_hint", text(&tokens, "id_token"));
    for uri in ["http://evil.example/", "/", "http://localhost:3000", "http://localhost:4000/"] {
        let url = logout(&stage, &[hint, ("post_logout_redirect_uri", uri)]);
        let page = browser.open(&url).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{uri}");
        assert_eq!(page.location, None);
        assert!(page.html.contains("invalid_request"));
    }
    assert_eq!(stage.emulator.sessions()[0].status, SessionStatus::Active);
}

#[tokio::test]
async fn without_an_address_there_is_a_page() {
    let stage = stage().await;
    let page = stage.browser().open(&logout(&stage, &[])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("You are signed out"));
}

#[tokio::test]
async fn logout_in_one_client_ends_the_session_of_the_other() {
    let other = Client::confidential("skc_2", "s2").redirect_uri(CALLBACK);
    let stage = stage_with(|builder| builder.client(other)).await;
    let mut browser = stage.browser();
    let page = browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    let tokens = ok(stage.exchange(&page.callback()["code"]).await).await;
    browser.open(&stage.authorize_url(&[("client_id", "skc_2")])).await;
    browser.open(&logout(&stage, &[])).await;
    let answer = stage.refresh(text(&tokens, "refresh_token")).await;
    assert_eq!(error(answer, 400).await, "invalid_grant");
}

#[cfg(test)]
fn logout(stage: &support::Stage, parameters: &[(&str, &str)]) -> String {
    let mut url = Url::parse(&stage.at("/oidc/logout")).unwrap();
    url.query_pairs_mut().extend_pairs(parameters);
    url.into()
}
