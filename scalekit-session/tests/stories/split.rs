//! The split layout: a session in three cookies, which the refresh route refreshes.

use std::time::Duration;

use scalekit_session::adapter::{AuthRoute, Exchange, Reply, RequestView};
use scalekit_session::{Scalekit, SessionEnd, SessionManager, SessionState, SplitCookies};
use serde_json::json;

use crate::support::{Browser, FakeScalekit, Script, set_cookies};

pub(crate) const MARKER: &str = "__Host-scalekit-live";
pub(crate) const ACCESS: &str = "__Host-accessToken";
pub(crate) const REFRESH: &str = "__Secure-refreshToken";
pub(crate) const ID: &str = "__Secure-idToken";

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn split(fake: &FakeScalekit) -> Scalekit {
    fake.builder().split_cookies(SplitCookies::new()).build().unwrap()
}

pub(crate) async fn post(browser: &Browser) -> Reply {
    browser.serve(AuthRoute::Refresh, "POST", "/auth/refresh").await
}

/// A page load that was redirected to the refresh route.
async fn hop(browser: &Browser) -> Reply {
    browser.serve(AuthRoute::Refresh, "GET", "/auth/refresh?return_to=/dashboard").await
}

/// The reply to a page load without a session.
async fn refused(browser: &Browser, method: &str, accept: &str) -> Reply {
    let head = browser.head(method, "/dashboard?tab=2", &[("accept", accept)]);
    let exchange = Exchange::new(browser.scalekit.manager());
    let state = exchange.resolve(&head.view()).await;
    exchange.admit(state, None, &head.view()).unwrap_err().into_reply()
}

/// Lets the access token expire, and removes its cookie as a browser would: the jar does not know `Max-Age`.
fn expire(fake: &FakeScalekit, browser: &mut Browser) {
    fake.clock.advance(secs(301));
    browser.jar.remove(ACCESS);
}

#[tokio::test]
async fn r20_r27_a_login_lays_the_session_in_three_cookies() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &split(&fake)).await;
    assert_eq!(browser.jar.names(), [ACCESS, MARKER, ID, REFRESH]);
    let answer = browser.send("GET", &[]).await;
    let session = answer.session();
    assert_eq!((session.user_id(), session.refreshes()), ("usr_1", 0));
    assert_eq!(
        session.profile().unwrap().name.as_deref(),
        Some("Ada"),
        "the profile is there although the request has no ID cookie"
    );
    assert!(session.access_token().unwrap().secret().starts_with("ey"));
    assert_eq!(answer.lines, [""; 0]);
    assert_eq!(fake.calls("refresh_token"), 0);
}

#[tokio::test]
async fn r12_r13_a_post_refreshes_what_is_due_and_handlers_see_the_new_rights() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    assert_eq!(post(&browser).await.status, 204);
    assert_eq!(fake.refreshes(), 0, "fresh");
    fake.set_claims(json!({ "permissions": ["invoices:write"] }));
    expire(&fake, &mut browser);
    assert!(browser.send("GET", &[]).await.is_anonymous(), "an ordinary request refreshes nothing");
    let reply = post(&browser).await;
    assert_eq!((reply.status, fake.refreshes()), (204, 1));
    assert_eq!(set_cookies(&reply).len(), 3, "three cookies and no marker: only a login writes a marker");
    browser.apply(&reply);
    let answer = browser.get().await;
    assert!(answer.session().has_permission("invoices:write"));
    assert_eq!(answer.session().refreshes(), 1);
    assert_eq!(
        answer.session().profile().unwrap().name.as_deref(),
        Some("Ada"),
        "r12: what the refresh did not bring stays"
    );
}

#[tokio::test]
async fn r48_an_expired_session_is_told_apart_from_nobody() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    expire(&fake, &mut browser);
    let told = refused(&browser, "GET", "application/json").await;
    assert_eq!(told.status, 401);
    assert!(told.body.contains("\"code\":\"session_expired\""), "{}", told.body);
    assert!(told.header("www-authenticate").is_some());
    let led = refused(&browser, "GET", "text/html").await;
    let to_refresh = "/auth/refresh?return_to=%2Fdashboard%3Ftab%3D2";
    assert_eq!((led.status, led.header("location")), (303, Some(to_refresh)));
    for method in ["POST", "HEAD"] {
        let reply = refused(&browser, method, "text/html").await;
        assert_eq!(
            reply.header("location"),
            Some("/auth/login"),
            "{method} is redirected to login, as in the other layouts"
        );
    }
    browser.jar.remove(MARKER);
    let told = refused(&browser, "GET", "application/json").await;
    assert!(told.body.contains("\"code\":\"login_required\""), "{}", told.body);
}

#[tokio::test]
async fn r13_r47_a_page_load_is_led_through_once() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    expire(&fake, &mut browser);
    let hopped = hop(&browser).await;
    assert_eq!((hopped.status, hopped.header("location")), (303, Some("/dashboard")));
    browser.apply(&hopped);
    assert!(browser.get().await.is_active());

    browser.jar.remove(ACCESS);
    let page = refused(&browser, "GET", "text/html").await;
    assert_eq!(
        (page.status, page.header("location")),
        (400, None),
        "the browser does not keep the access cookie, which the page says"
    );
    browser.apply(&page);
    assert!(
        !browser.jar.names().contains(&"__Host-scalekit-hop"),
        "the hop guard is deleted, so the next click may try again"
    );
    browser.apply(&hop(&browser).await);
    assert_eq!(fake.refreshes(), 1, "the access token is fresh, so the refresh token is not sent");
    fake.clock.advance(secs(273));
    assert_eq!(
        refused(&browser, "GET", "text/html").await.status,
        303,
        "now the access cookie would be over by its own age, so the page load is redirected again"
    );
}

#[tokio::test]
async fn r47_a_guard_that_arrives_late_says_nothing_of_the_next_session() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    expire(&fake, &mut browser);
    let late = hop(&browser).await;
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    browser.apply(&late);
    let led = refused(&browser, "GET", "text/html").await;
    assert_eq!(
        led.status, 303,
        "r31: with cookies of two sessions there is no session; the refresh route redirects to login"
    );
    assert_eq!(hop(&browser).await.header("location"), Some("/auth/login?return_to=%2Fdashboard"));
}

#[tokio::test]
async fn r30_r32_a_logout_during_a_refresh_leaves_nothing_to_hand_out() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    expire(&fake, &mut browser);
    fake.hold();
    let (posting, leading) = (browser.clone(), browser.clone());
    let under_way = tokio::spawn(async move { tokio::join!(post(&posting), hop(&leading)) });
    fake.held(1).await;
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    assert!(reply.header("location").unwrap().contains("id_token_hint="), "r34");
    browser.apply(&reply);
    assert!(browser.jar.is_empty(), "{:?}", browser.jar.names());
    fake.release();
    let (posted, led) = under_way.await.unwrap();
    assert_eq!((posted.status, set_cookies(&posted)), (401, vec![]));
    assert_eq!(
        (led.header("location"), set_cookies(&led)),
        (Some("/auth/login?return_to=%2Fdashboard"), vec![])
    );
}

#[tokio::test]
async fn r13b_tokens_that_cannot_be_verified_yet_are_kept_and_not_served() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    expire(&fake, &mut browser);
    fake.set_keys("snk_2", &["snk_1"]);
    let reply = post(&browser).await;
    assert_eq!((reply.status, set_cookies(&reply).len()), (503, 3), "the old refresh token is spent");
    browser.apply(&reply);
    fake.set_keys("snk_2", &["snk_1", "snk_2"]);
    fake.clock.advance(secs(31));
    assert!(browser.get().await.is_active());
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test]
async fn r45_a_fresh_token_whose_key_was_withdrawn_is_refreshed() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    fake.set_keys("snk_2", &["snk_2"]);
    fake.clock.advance(secs(61));
    browser.scalekit = split(&fake);
    let told = refused(&browser, "GET", "application/json").await;
    assert!(told.body.contains("\"code\":\"session_expired\""), "{}", told.body);
    let led = hop(&browser).await;
    assert_eq!((led.header("location"), fake.refreshes()), (Some("/dashboard"), 1));
    browser.apply(&led);
    assert!(browser.get().await.is_active());
    assert_eq!((post(&browser).await.status, fake.refreshes()), (204, 1), "the new access token is fresh");

    fake.script_keys(Script::status(503));
    browser.scalekit = split(&fake);
    assert_eq!(
        (post(&browser).await.status, fake.refreshes()),
        (204, 1),
        "an outage of the keys does not say that the key was withdrawn"
    );
}

#[tokio::test]
async fn r09_an_outage_keeps_the_cookies() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    expire(&fake, &mut browser);
    fake.script(Script::status(503));
    for reply in [post(&browser).await, hop(&browser).await] {
        assert_eq!((reply.status, set_cookies(&reply)), (503, vec![]));
        assert!(reply.header("retry-after").is_some());
    }
    fake.script(None);
    fake.clock.advance(secs(11));
    browser.apply(&post(&browser).await);
    assert!(browser.get().await.is_active());
}

#[tokio::test]
async fn r36_an_old_secret_is_left_at_the_next_refresh_and_not_before() {
    const OLD: &str = "first-secret-first-secret-first-0123456789";
    const NEW: &str = "other-secret-other-secret-other-9876543210";
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    let with = |secrets: &[&str]| {
        let builder = Scalekit::builder()
            .environment_url("https://acme.scalekit.invalid")
            .client_id("skc_1")
            .client_secret("secret_1")
            .redirect_uri("https://app.test/auth/callback")
            .clock(fake.clock.clone())
            .transport(fake.transport())
            .split_cookies(SplitCookies::new());
        secrets.iter().fold(builder, |builder, secret| builder.cookie_secret(*secret)).build().unwrap()
    };
    browser.scalekit = with(&[NEW, OLD]);
    let answer = browser.get().await;
    assert!(answer.is_active());
    assert_eq!(answer.lines, [""; 0], "r19");
    expire(&fake, &mut browser);
    browser.apply(&post(&browser).await);
    browser.scalekit = with(&[NEW]);
    assert!(browser.get().await.is_active());
    expire(&fake, &mut browser);
    browser.apply(&post(&browser).await);
    assert!(browser.get().await.is_active());
    assert_eq!(fake.refreshes(), 2);
}

#[tokio::test]
async fn r23_of_duplicates_the_cookie_of_the_markers_session_counts() {
    let fake = FakeScalekit::new();
    let scalekit = split(&fake);
    let (mut ada, bob) =
        (Browser::signed_in(&fake, &scalekit).await, Browser::signed_in(&fake, &scalekit).await);
    expire(&fake, &mut ada);
    let tossed = format!("{REFRESH}={}; {ID}={}", bob.jar.get(REFRESH).unwrap(), bob.jar.get(ID).unwrap());
    let own = ada.jar.sent_to("/auth/refresh");
    for cookies in [format!("{tossed}; {own}"), format!("{own}; {tossed}")] {
        let headers = [("cookie", cookies.as_str())];
        let head = RequestView::new("POST", "/auth/refresh", &headers).to_head();
        let reply = scalekit.serve(AuthRoute::Refresh, head).await;
        assert_eq!((reply.status, set_cookies(&reply).len()), (204, 3));
        ada.apply(&reply);
        assert!(ada.get().await.is_active());
    }
    assert_eq!(fake.refreshes(), 1, "bob's refresh token is not sent");
}

#[tokio::test]
async fn r49_a_watch_follows_the_refresh_route() {
    let fake = FakeScalekit::new();
    let scalekit = split(&fake);
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    let mut watch = scalekit.watch(browser.get().await.session());
    fake.clock.advance(secs(280));
    browser.apply(&post(&browser).await);
    let renewed = browser.get().await.session().clone();
    assert_eq!(watch.session().expires_at(), renewed.expires_at());
    assert_eq!(
        watch.session().access_token().unwrap().secret(),
        renewed.access_token().unwrap().secret(),
        "the tokens as well"
    );
    browser.apply(&browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await);
    assert_eq!(watch.ended().await, SessionEnd::Ended);
}

#[tokio::test]
async fn r10_exchange_refresh_serves_the_session_at_hand() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &split(&fake)).await;
    let head = browser.head("GET", "/dashboard", &[]);
    let exchange = Exchange::new(browser.scalekit.manager());
    assert!(matches!(exchange.refresh(&head.view()).await, SessionState::Active(_)));
    assert_eq!(fake.refreshes(), 0, "the refresh token is not sent here");
}

#[tokio::test]
async fn r10_exchange_refresh_without_an_access_cookie_leads_through_the_refresh_route() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    let access = browser.jar.get(ACCESS).unwrap().to_owned();
    fake.clock.advance(secs(301));
    for shown in [true, false] {
        browser.jar.remove(ACCESS);
        if shown {
            browser.jar.put(ACCESS, &access);
        }
        let head = browser.head("GET", "/dashboard", &[("accept", "text/html")]);
        let exchange = Exchange::new(browser.scalekit.manager());
        let state = exchange.refresh(&head.view()).await;
        assert!(matches!(state, SessionState::Anonymous), "shown: {shown}, {state:?}");
        let led = exchange.admit(state, None, &head.view()).unwrap_err().into_reply();
        assert!(led.header("location").unwrap().starts_with("/auth/refresh?"), "shown: {shown}, {led:?}");
    }
}
