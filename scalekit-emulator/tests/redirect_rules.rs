//! Wildcards and templates, where they are used.

use reqwest::StatusCode;
use scalekit_emulator::{Emulator, IdpLogin, RedirectUriError, StartError};
use support::{ok, stage_with, text};
use url::Url;

#[cfg(test)]
mod support;

const ACME: &str = "org_100000000000000001";

#[tokio::test]
async fn a_wildcard_callback_is_good_for_code_and_exchange() {
    let stage = stage_with(|builder| builder.redirect_uri("https://*.acmecorp.com/cb")).await;
    let callback = "https://eu.acmecorp.com/cb";
    let url = stage.authorize_url(&[("redirect_uri", callback)]);
    let page = stage.browser().sign_in(&url, "ada@acme.example").await;
    assert!(page.location.as_deref().unwrap().starts_with(callback));
    let code = &page.callback()["code"];
    let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback)];
    ok(stage.token(&fields).await).await;

    let url = stage.authorize_url(&[("redirect_uri", "https://a.b.acmecorp.com/cb")]);
    assert_eq!(stage.browser().open(&url).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_template_callback_needs_the_organization() {
    let stage = stage_with(|builder| builder.redirect_uri("http://{{org_slug}}.app.test/cb")).await;
    let callback = ("redirect_uri", "http://acme.app.test/cb");
    let url = stage.authorize_url(&[callback, ("organization_id", ACME)]);
    let page = stage.browser().sign_in(&url, "ada@acme.example").await;
    assert!(page.callback().contains_key("code"));
    for other in ["", "org_100000000000000002", "org_x"] {
        let url = stage.authorize_url(&[callback, ("organization_id", other)]);
        let page = stage.browser().open(&url).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{other}");
        assert_eq!(page.location, None);
    }
}

#[tokio::test]
async fn after_logout_the_organization_is_that_of_the_session() {
    let home = |slug: &str| format!("http://{slug}.app.test/");
    let stage = stage_with(|builder| builder.post_logout_redirect_uri(home("{{org_slug}}"))).await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let leave = |to: String| {
        let mut url = Url::parse(&stage.at("/oidc/logout")).unwrap();
        let hint = text(&tokens, "id_token");
        url.query_pairs_mut().append_pair("id_token_hint", hint).append_pair("post_logout_redirect_uri", &to);
        String::from(url)
    };
    let page = stage.browser().open(&leave(home("two-rivers"))).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    let page = stage.browser().open(&leave(home("acme"))).await;
    assert_eq!(page.location, Some(home("acme")));
    // The session is gone, and with it the organization.
    let page = stage.browser().open(&leave(home("acme"))).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_login_route_can_be_that_of_the_organization() {
    let stage =
        stage_with(|builder| builder.initiate_login_uri("http://app.test/{{external_id}}/login")).await;
    let login = IdpLogin::new(ACME, "ada@acme.example");
    let url = stage.emulator.idp_initiated_url(&login).unwrap();
    assert!(url.starts_with("http://app.test/acme/login?idp_initiated_login="), "{url}");
}

#[tokio::test]
async fn malformed_addresses_are_refused_at_the_start() {
    let error = Emulator::builder().redirect_uri("https://*.com").start().await.unwrap_err();
    assert!(matches!(error, StartError::RedirectUri { source: RedirectUriError::Wildcard, .. }));
    let error = Emulator::builder().initiate_login_uri("https://a{{slug}}.b.com").start().await.unwrap_err();
    assert!(error.to_string().starts_with("https://a{{slug}}.b.com has a placeholder"), "{error}");
}
