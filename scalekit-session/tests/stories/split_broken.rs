//! Regression tests of the split layout: faults that were found by trying to break it.

use scalekit_session::adapter::{AuthRoute, Exchange, Reply, RequestView};
use scalekit_session::testing::ManualClock;
use scalekit_session::{Clock, SessionManager, SplitCookies};
use serde_json::json;

use crate::split::{ACCESS, ID, MARKER, REFRESH, post, secs, split};
use crate::support::{Browser, FakeScalekit, finish};

const ELSEWHERE: (&str, &str) = ("sec-fetch-site", "cross-site");

/// A request with planted cookies of a sibling domain. A browser sends them before our own, because their path is
/// longer.
async fn with_tossed(browser: &Browser, route: AuthRoute, method: &str, target: &str, tossed: &str) -> Reply {
    let cookies = format!("{tossed}; {}", browser.jar.sent_to(target));
    let headers =
        [("host", "app.test"), ("cookie", cookies.as_str()), ELSEWHERE, ("origin", "https://app.test")];
    browser.scalekit.serve(route, RequestView::new(method, target, &headers).to_head()).await
}

/// So many cookies of one name that no attempt is left for the genuine one. They look sealed, but are not.
fn crowd(name: &str) -> String {
    vec![format!("{name}=Ag{}", "A".repeat(60)); 4].join("; ")
}

/// The same number of cookies that do not look sealed. They must use up no attempts.
fn worthless(name: &str) -> String {
    vec![format!("{name}=x"); 4].join("; ")
}

/// The reply to a page load without a session.
async fn load(browser: &Browser, target: &str) -> Reply {
    let head = browser.head("GET", target, &[("accept", "text/html")]);
    let exchange = Exchange::new(browser.scalekit.manager());
    let state = exchange.resolve(&head.view()).await;
    exchange.admit(state, None, &head.view()).unwrap_err().into_reply()
}

/// Follows a redirect to the refresh route.
async fn follow(browser: &mut Browser, led: &Reply) {
    let target = led.header("location").unwrap().to_owned();
    assert!(target.starts_with("/auth/refresh"), "{target}");
    let reply = browser.serve(AuthRoute::Refresh, "GET", &target).await;
    browser.apply(&reply);
}

#[tokio::test]
async fn r55_tossed_id_cookies_do_not_hide_who_is_signed_in() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    // The access token lives for minutes. When the user does not click for a while, the access cookie is gone.
    fake.clock.advance(secs(280));
    browser.jar.remove(ACCESS);
    let link = "/auth/login?organization_id=org_2";
    let begun = with_tossed(&browser, AuthRoute::Login, "GET", link, &crowd(ID)).await;
    assert_eq!(begun.status, 200, "a page asks before another site's choice takes effect");
}

#[tokio::test]
async fn r55_tossed_id_cookies_do_not_let_another_site_change_who_is_signed_in() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    fake.clock.advance(secs(280));
    browser.jar.remove(ACCESS);
    let begun = browser.serve_with(AuthRoute::Login, "GET", "/auth/login", &[ELSEWHERE]).await;
    browser.apply(&begun);
    let callback = browser.callback_of(&fake, &begun);
    fake.set_claims(json!({ "sub": "usr_2" }));
    fake.set_id_claims(json!({ "sub": "usr_2" }));
    let asked = with_tossed(&browser, AuthRoute::Callback, "GET", &callback, &crowd(ID)).await;
    assert_eq!(
        asked.status,
        200,
        "a page asks before another user is signed in: {:?}",
        asked.header("location")
    );
}

#[tokio::test]
async fn r27_worthless_id_cookies_do_not_keep_the_former_session_alive() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    fake.clock.advance(secs(280));
    browser.jar.remove(ACCESS);
    let former = browser.clone();
    let begun = browser.serve(AuthRoute::Login, "GET", "/auth/login").await;
    browser.apply(&begun);
    let callback = browser.callback_of(&fake, &begun);
    let reply = with_tossed(&browser, AuthRoute::Callback, "GET", &callback, &worthless(ID)).await;
    assert_eq!(reply.status, 303);
    assert_eq!(post(&former).await.status, 401, "a new login ends the former session");
}

#[tokio::test]
async fn r30_worthless_id_cookies_do_not_make_a_session_outlive_its_logout() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    fake.clock.advance(secs(280));
    browser.jar.remove(ACCESS);
    let copy = browser.clone();
    let reply = with_tossed(&browser, AuthRoute::Logout, "POST", "/auth/logout", &worthless(ID)).await;
    browser.apply(&reply);
    assert!(browser.jar.is_empty(), "{:?}", browser.jar.names());
    assert_eq!(post(&copy).await.status, 401, "a logged-out session is over in this process");
}

#[tokio::test]
async fn r34_worthless_id_cookies_do_not_leave_the_user_signed_in_at_scalekit() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    fake.clock.advance(secs(280));
    browser.jar.remove(ACCESS);
    let reply = with_tossed(&browser, AuthRoute::Logout, "POST", "/auth/logout", &worthless(ID)).await;
    assert!(reply.header("location").unwrap().contains("hint="), "{:?}", reply.header("location"));
}

#[tokio::test]
async fn r41_clocks_of_two_instances_within_leeway_leave_no_page_stuck() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    // The browser keeps the access cookie for 267 to 273 seconds.
    fake.clock.advance(secs(274));
    browser.jar.remove(ACCESS);
    // The clock of another instance is ten seconds behind. A minute is allowed.
    let behind = ManualClock::at(fake.clock.now() - secs(10));
    browser.scalekit = fake.builder().clock(behind).split_cookies(SplitCookies::new()).build().unwrap();
    let led = load(&browser, "/dashboard").await;
    follow(&mut browser, &led).await;
    assert!(browser.send("GET", &[]).await.is_active(), "{}", load(&browser, "/dashboard").await.body);
}

#[tokio::test]
async fn r45_a_withdrawn_key_is_no_loop() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    fake.clock.advance(secs(301));
    browser.jar.remove(ACCESS);
    let led = load(&browser, "/dashboard").await;
    follow(&mut browser, &led).await;
    assert!(browser.get().await.is_active(), "the browser has the new access cookie");
    fake.set_keys("snk_2", &["snk_2"]);
    fake.clock.advance(secs(61));
    browser.scalekit = split(&fake);
    let led = load(&browser, "/dashboard").await;
    assert_eq!(led.status, 303, "the page load is redirected to a refresh");
}

#[tokio::test]
async fn r41_without_a_refresh_token_the_access_token_serves_until_its_end() {
    let fake = FakeScalekit::new();
    fake.set_refreshable(false);
    let mut browser = Browser::new(split(&fake));
    let reply = browser.log_in(&fake, "/").await;
    let line = reply.headers.iter().find(|(_, value)| value.starts_with(ACCESS)).unwrap().1.clone();
    assert!(
        line.contains("Max-Age=300"),
        "row 12: the token is served for 300 s, as in the other layouts: {}",
        &line[line.len() - 60..]
    );
}

#[tokio::test]
async fn r55_on_loopback_two_users_id_cookies_are_somebody() {
    let fake = FakeScalekit::new();
    let build = || {
        let builder = fake.builder().redirect_uri("http://localhost:3000/auth/callback");
        builder.split_cookies(SplitCookies::new().access_path("/api")).build().unwrap()
    };
    let scalekit = build();
    let sign_in = async |user: &str| {
        fake.set_claims(json!({ "sub": user }));
        fake.set_id_claims(json!({ "sub": user }));
        let head = |target: &str, cookies: &str| {
            RequestView::new("GET", target, &[("host", "localhost:3000"), ("cookie", cookies)]).to_head()
        };
        let pairs = |reply: &Reply| {
            let lines = reply
                .headers
                .iter()
                .filter(|(name, value)| *name == "set-cookie" && !value.contains("Max-Age=0"));
            lines.map(|(_, line)| line.split(';').next().unwrap().to_owned()).collect::<Vec<_>>().join("; ")
        };
        let begun = scalekit.serve(AuthRoute::Login, head("/auth/login", "")).await;
        let callback = Browser::new(scalekit.clone()).callback_of(&fake, &begun);
        pairs(&scalekit.serve(AuthRoute::Callback, head(&callback, &pairs(&begun))).await)
    };
    let both = format!("{}; {}", sign_in("usr_1").await, sign_in("usr_2").await);
    let at_login: Vec<&str> = both
        .split("; ")
        .filter(|pair| !pair.starts_with("accessToken") && !pair.starts_with("refreshToken"))
        .collect();
    let cookies = at_login.join("; ");
    let headers = [("host", "localhost:3000"), ("cookie", cookies.as_str()), ELSEWHERE];
    let request = RequestView::new("GET", "/auth/login?organization_id=org_2", &headers);
    assert_eq!(
        scalekit.serve(AuthRoute::Login, request.to_head()).await.status,
        200,
        "a page asks first, as in the other layouts"
    );
}

#[tokio::test]
async fn mixes_of_two_sessions_cookies_give_nothing() {
    let fake = FakeScalekit::new();
    let scalekit = split(&fake);
    let one = Browser::signed_in(&fake, &scalekit).await;
    let other = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(280));
    let names = [ACCESS, MARKER, ID, REFRESH];
    for mask in 1..15_u8 {
        let mut mixed = one.clone();
        for (bit, name) in names.iter().enumerate() {
            if mask & (1 << bit) != 0 {
                mixed.jar.put(name, other.jar.get(name).unwrap());
            }
        }
        let same = |a: usize, b: usize| (mask >> a & 1) == (mask >> b & 1);
        let served = mixed.send("GET", &[]).await.is_active();
        assert_eq!(served, same(0, 1), "{mask:04b}: access and marker");
        if !same(1, 3) {
            assert_eq!(post(&mixed).await.status, 401, "{mask:04b}: refresh and marker");
        }
    }
    assert_eq!(fake.refreshes(), 0);
}

#[tokio::test]
async fn r23_a_tossed_access_cookie_takes_no_login_away() {
    let fake = FakeScalekit::new();
    let cookies = SplitCookies::new().access_path("/api");
    let scalekit = fake.builder().split_cookies(cookies).build().unwrap();
    let attacker = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(61));
    let tossed = format!("__Secure-accessToken={}", attacker.jar.get("__Secure-accessToken").unwrap());

    let mut browser = Browser::new(scalekit.clone());
    let headers = [("host", "app.test"), ("cookie", tossed.as_str())];
    let request = RequestView::new("GET", "/api/news", &headers);
    let exchange = Exchange::new(scalekit.manager());
    let state = exchange.resolve(&request).await;
    let in_flight = finish(&exchange, state);
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    browser.deliver(&in_flight);
    assert!(browser.jar.get(MARKER).is_some(), "{} lines took the new session away", in_flight.lines.len());
}

#[tokio::test]
async fn r12_r34_tossed_id_cookies_do_not_cost_the_id_token() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    fake.clock.advance(secs(301));
    browser.jar.remove(ACCESS);
    let target = "/auth/refresh?return_to=/dashboard";
    let led = with_tossed(&browser, AuthRoute::Refresh, "GET", target, &crowd(ID)).await;
    browser.apply(&led);
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    assert!(
        reply.header("location").unwrap().contains("id_token_hint="),
        "the ID token stays when the refresh brings no new one"
    );
}
