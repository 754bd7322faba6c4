//! The callback: it works once, in the browser that began the login, with tokens that verify.

use futures_util::future::join_all;
use scalekit_session::adapter::AuthRoute;
use serde_json::json;

use crate::support::{Browser, FakeScalekit, Script, set_cookies};

#[tokio::test]
async fn r52_a_forged_or_foreign_callback_signs_nobody_in() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut attacker = Browser::new(scalekit.clone());
    let begun = attacker.serve(AuthRoute::Login, "GET", "/auth/login").await;
    attacker.apply(&begun);
    let callback = attacker.callback_of(&fake, &begun);
    let mut victim = Browser::new(scalekit);
    let own = victim.serve(AuthRoute::Login, "GET", "/auth/login").await;
    victim.apply(&own);
    for target in [
        callback.clone(),
        callback.replace("state=", "state=x"),
        callback.split("&state").next().unwrap().to_owned(),
        format!("{callback}&state=other"),
        format!("{callback}&code=other"),
        "/auth/callback".to_owned(),
        "/auth/callback?state=&code=".to_owned(),
        "/auth/callback?error=access_denied".to_owned(),
    ] {
        let reply = victim.serve(AuthRoute::Callback, "GET", &target).await;
        assert_eq!(reply.status, 400, "{target}");
        assert!(set_cookies(&reply).iter().all(|line| line.contains("Max-Age=0")), "{target}");
    }
    assert_eq!(fake.calls("authorization_code"), 0, "no code was redeemed");
    let reply = attacker.serve(AuthRoute::Callback, "GET", &callback).await;
    assert_eq!(reply.status, 303, "the browser that began the login can finish it");
}

#[tokio::test]
async fn r52_a_callback_loaded_again_redeems_nothing_and_goes_where_the_login_led() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(fake.scalekit());
    let begun = browser.serve(AuthRoute::Login, "GET", "/auth/login?return_to=/invoices").await;
    browser.apply(&begun);
    let callback = browser.callback_of(&fake, &begun);
    assert_eq!(browser.serve(AuthRoute::Callback, "HEAD", &callback).await.status, 204);

    let both = join_all([
        browser.serve(AuthRoute::Callback, "GET", &callback),
        browser.serve(AuthRoute::Callback, "GET", &callback),
    ])
    .await;
    assert_eq!(fake.calls("authorization_code"), 1);
    for reply in &both {
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some("/invoices")),
            "the same callback again at once, as after a double click"
        );
    }
    browser.apply(&both[1]);
    let back = browser.serve(AuthRoute::Callback, "GET", &callback).await;
    assert_eq!(
        (back.status, back.header("location")),
        (303, Some("/invoices")),
        "the same callback again later, as after the Back button"
    );
    assert_eq!(set_cookies(&back), [""; 0]);

    let stranger = Browser::new(browser.scalekit.clone());
    assert_eq!(stranger.serve(AuthRoute::Callback, "GET", &callback).await.status, 400);
    assert_eq!(fake.calls("authorization_code"), 1);
}

#[tokio::test]
async fn r52_a_callback_whose_browser_hung_up_completes_all_the_same() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(fake.scalekit());
    let begun = browser.serve(AuthRoute::Login, "GET", "/auth/login").await;
    browser.apply(&begun);
    let callback = browser.callback_of(&fake, &begun);
    fake.hold();
    let (hung_up, target) = (browser.clone(), callback.clone());
    let request = tokio::spawn(async move { hung_up.serve(AuthRoute::Callback, "GET", &target).await });
    fake.held(1).await;
    request.abort();
    assert!(request.await.is_err());
    fake.release();
    let reply = browser.serve(AuthRoute::Callback, "GET", &callback).await;
    browser.apply(&reply);
    assert!(browser.get().await.is_active());
    assert_eq!(fake.calls("authorization_code"), 1);
}

#[tokio::test]
async fn r43_r52_an_error_answer_is_a_plain_page_that_reflects_nothing() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(fake.scalekit());
    let begun = browser.serve(AuthRoute::Login, "GET", "/auth/login?return_to=/a").await;
    browser.apply(&begun);
    let other = browser.serve(AuthRoute::Login, "GET", "/auth/login").await;
    browser.apply(&other);
    let location = url::Url::parse(begun.header("location").unwrap()).unwrap();
    let state = location.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let target = format!(
        "/auth/callback?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E&state={state}"
    );
    let reply = browser.serve(AuthRoute::Callback, "GET", &target).await;
    assert_eq!(reply.status, 400);
    assert!(!reply.body.contains("script"), "{}", reply.body);
    assert!(reply.body.contains("/auth/login?return_to=%2Fa"), "{}", reply.body);
    assert_eq!(set_cookies(&reply).len(), 1, "only the cookie of this flow is deleted");
    browser.apply(&reply);
    assert_eq!(
        browser.serve(AuthRoute::Callback, "GET", &browser.callback_of(&fake, &other)).await.status,
        303
    );
}

#[tokio::test]
async fn r42_tokens_that_do_not_verify_sign_nobody_in() {
    for (name, access, id) in [
        ("nonce", json!({}), json!({ "nonce": "another" })),
        ("audience", json!({ "aud": ["skc_2"] }), json!({})),
        ("ID token's audience", json!({}), json!({ "aud": ["skc_2"] })),
        ("issuer", json!({ "iss": "https://evil.example" }), json!({})),
        ("subject", json!({ "sub": "usr_2" }), json!({})),
        ("azp", json!({}), json!({ "azp": "skc_2" })),
        ("client", json!({ "client_id": "skc_2" }), json!({})),
        ("machine token", json!({ "sub": "skc_1", "sid": null }), json!({})),
        ("from the future", json!({ "nbf": 1_760_000_100_u64, "iat": 1_760_000_100_u64 }), json!({})),
    ] {
        let fake = FakeScalekit::new();
        fake.set_claims(access);
        fake.set_id_claims(id.clone());
        let mut browser = Browser::new(fake.scalekit());
        let reply = browser.log_in(&fake, "/").await;
        if name == "nonce" {
            // The fake token endpoint overwrites the claim `nonce` with the nonce of the flow.
            continue;
        }
        assert_eq!(reply.status, 400, "{name}");
        assert!(browser.get().await.is_anonymous(), "{name}");
    }
}

#[tokio::test]
async fn r42_a_wrong_nonce_signs_nobody_in() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(fake.scalekit());
    let begun = browser.serve(AuthRoute::Login, "GET", "/auth/login").await;
    browser.apply(&begun);
    let location = url::Url::parse(begun.header("location").unwrap()).unwrap();
    let state = location.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let code = fake.issue_code("another flow's");
    let reply =
        browser.serve(AuthRoute::Callback, "GET", &format!("/auth/callback?code={code}&state={state}")).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn a_login_during_an_outage_is_a_page_with_a_way_back() {
    for script in [Script::Unreachable, Script::status(500), Script::status(429)] {
        let fake = FakeScalekit::new();
        let mut browser = Browser::new(fake.scalekit());
        fake.script(script);
        let reply = browser.log_in(&fake, "/invoices").await;
        assert_eq!(reply.status, 503);
        assert!(reply.header("retry-after").is_some());
        assert!(reply.body.contains("/auth/login?return_to=%2Finvoices"), "{}", reply.body);
        fake.script(None);
        assert_eq!(browser.log_in(&fake, "/invoices").await.status, 303);
    }
}
