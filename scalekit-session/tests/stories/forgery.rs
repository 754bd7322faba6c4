//! Login forgery: another site may begin a login, but not change who is signed in without asking (R55).

use crate::support::{Browser, FakeScalekit, set_cookies};
use scalekit_session::adapter::{AuthRoute, Reply};
use serde_json::json;

const LOGIN: &str = "/auth/login?return_to=%2Finvoices";

fn from(site: &str) -> [(&str, &str); 3] {
    [("sec-fetch-site", site), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]
}

/// From now on Scalekit signs in this user without a login page, as it does when it has a session in this browser.
fn scalekit_signs_in(fake: &FakeScalekit, user: &str) {
    fake.set_claims(json!({ "sub": user }));
    fake.set_id_claims(json!({ "sub": user }));
}

/// A login that a page of `site` begins. Returns the callback and its reply, whose cookies are not in the jar yet.
async fn led(browser: &mut Browser, fake: &FakeScalekit, site: &str) -> (String, Reply) {
    let begun = browser.serve_with(AuthRoute::Login, "GET", LOGIN, &from(site)).await;
    assert_eq!(begun.status, 303, "an ordinary login begins without a question");
    browser.apply(&begun);
    let callback = browser.callback_of(fake, &begun);
    let reply = browser.serve_with(AuthRoute::Callback, "GET", &callback, &from("cross-site")).await;
    (callback, reply)
}

#[tokio::test]
async fn r55_a_login_that_another_site_began_asks_before_it_changes_who_is_signed_in() {
    for site in ["cross-site", "same-site"] {
        let fake = FakeScalekit::new();
        let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        scalekit_signs_in(&fake, "usr_mallory");
        let (callback, asked) = led(&mut browser, &fake, site).await;
        assert_eq!(asked.status, 200, "{site}");
        assert!(asked.body.contains("/auth/login?return_to=%2Finvoices"), "{}", asked.body);
        let lines = set_cookies(&asked);
        assert!(lines.len() == 1 && lines[0].contains("-tx-") && lines[0].contains("Max-Age=0"), "{lines:?}");

        let again = browser.serve_with(AuthRoute::Callback, "GET", &callback, &from("cross-site")).await;
        assert_eq!(
            (again.status, again.body),
            (200, asked.body.clone()),
            "the same callback again asks again"
        );
        let mut other = Browser::new(browser.scalekit.clone());
        browser.jar.names().iter().filter(|name| name.contains("-tx-")).for_each(|name| {
            other.jar.put(name, browser.jar.get(name).unwrap());
        });
        let later = other.serve_with(AuthRoute::Callback, "GET", &callback, &from("cross-site")).await;
        assert_eq!(later.status, 400, "a later load of the callback does not hand out the session");
        assert!(set_cookies(&later).iter().all(|line| line.contains("Max-Age=0")));

        browser.apply(&asked);
        assert_eq!(browser.get().await.session().user_id(), "usr_1", "the first user is still signed in");

        let (_, confirmed) = led(&mut browser, &fake, "same-origin").await;
        assert_eq!((confirmed.status, confirmed.header("location")), (303, Some("/invoices")));
        browser.apply(&confirmed);
        assert_eq!(
            browser.get().await.session().user_id(),
            "usr_mallory",
            "the user confirmed the new login"
        );
    }
}

#[tokio::test]
async fn r55_who_is_asked_and_who_is_not() {
    for (name, site, user, asked) in [
        ("the same user again", "cross-site", "usr_1", false),
        ("another user, by this site", "same-origin", "usr_2", false),
        ("another user, typed in", "none", "usr_2", false),
        ("another user, by another site", "cross-site", "usr_2", true),
    ] {
        let fake = FakeScalekit::new();
        let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        scalekit_signs_in(&fake, user);
        let (_, reply) = led(&mut browser, &fake, site).await;
        assert_eq!(reply.status, if asked { 200 } else { 303 }, "{name}");
        browser.apply(&reply);
        let now = if asked { "usr_1" } else { user };
        assert_eq!(browser.get().await.session().user_id(), now, "{name}");
    }
}

#[tokio::test]
async fn r55_an_old_browser_that_names_no_site_is_not_asked_for_ever() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    scalekit_signs_in(&fake, "usr_2");
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    assert_eq!(browser.get().await.session().user_id(), "usr_2");
}

#[tokio::test]
async fn r55_nobody_is_asked_about_a_session_that_is_over() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut left = Browser::signed_in(&fake, &scalekit).await;
    let out = Browser::serve(&left, AuthRoute::Logout, "POST", "/auth/logout").await;
    assert_eq!(out.status, 303, "the response is not applied, so the cookies stay");
    let mut idle = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(std::time::Duration::from_secs(8 * 24 * 3600));
    scalekit_signs_in(&fake, "usr_2");
    for browser in [&mut left, &mut idle] {
        let hinted = browser
            .serve_with(AuthRoute::Login, "GET", "/auth/login?prompt=login", &from("cross-site"))
            .await;
        assert_eq!(hinted.status, 303);
        let (_, reply) = led(browser, &fake, "cross-site").await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        browser.apply(&reply);
        assert_eq!(browser.get().await.session().user_id(), "usr_2");
    }
}

#[tokio::test]
async fn r55_the_page_that_asks_leads_on_to_an_idp_initiated_login_of_any_length() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let token = fake.announce_login(&format!("/reports?{}", "a".repeat(800)));
    assert!(token.len() > 1400, "{}", token.len());
    let target = format!("/auth/login?idp_initiated_login={token}");
    let asked = browser.serve_with(AuthRoute::Login, "GET", &target, &from("cross-site")).await;
    assert_eq!(asked.status, 200);
    assert!(asked.body.contains(&format!("href=\"{target}\"")), "{}", asked.body);
    let begun = browser.serve_with(AuthRoute::Login, "GET", &target, &from("same-origin")).await;
    assert!(begun.header("location").unwrap().contains("connection_id=conn_1"));
    browser.apply(&begun);

    for odd in ["prompt=login&a=\"><script>", &format!("prompt=login&a={}", "a".repeat(9000))] {
        let odd = format!("/auth/login?{odd}");
        let asked = browser.serve_with(AuthRoute::Login, "GET", &odd, &from("cross-site")).await;
        assert!(!asked.body.contains("<script>") && asked.body.len() < 4096, "{}", asked.body);
    }
}

#[tokio::test]
async fn r55_whatever_selects_a_connection_asks_before_the_login_begins() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    for selector in [
        "organization_id=org_evil",
        "connection_id=conn_evil",
        "domain_hint=evil.example",
        "login_hint=mallory%40evil.example",
        "provider=evil",
        "prompt=login",
        "idp_initiated_login=evil",
    ] {
        let target = format!("/auth/login?{selector}");
        let asked = browser.serve_with(AuthRoute::Login, "GET", &target, &from("cross-site")).await;
        assert_eq!(asked.status, 200, "{selector}");
        assert!(asked.body.contains(selector), "the page links to the same choice: {}", asked.body);
        assert_eq!(set_cookies(&asked), [""; 0], "{selector}");
        let own = browser.serve_with(AuthRoute::Login, "GET", &target, &from("same-origin")).await;
        assert_eq!(own.status, 303, "{selector}");
        let other = Browser::new(browser.scalekit.clone());
        let free = other.serve_with(AuthRoute::Login, "GET", &target, &from("cross-site")).await;
        assert_eq!(free.status, 303, "{selector}: there is no session to replace");
    }
}
