//! Regression tests of the SDK cookie: faults that were found by trying to break it.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::official::{claims_of, python};
use crate::support::official::{self, SECRET};
use crate::support::{Browser, FakeScalekit, finish};
use scalekit_session::adapter::{AuthRoute, Exchange};
use scalekit_session::{Clock, Scalekit, ScalekitBuilder, SdkCookie, SdkLanguage, SessionEnd, SessionWatch};
use serde_json::json;

const NAME: &str = "sk_session";
const DATA: &str = "__Host-scalekit";
const MARKER: &str = "__Host-scalekit-live";

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn official_writer(fake: &FakeScalekit) -> Scalekit {
    sharing(fake.builder())
}

fn own_writer(fake: &FakeScalekit) -> Scalekit {
    fake.builder().sdk_cookie(SdkCookie::new(SECRET)).build().unwrap()
}

fn sharing(builder: ScalekitBuilder) -> Scalekit {
    builder.sdk_cookie(SdkCookie::new(SECRET).write(SdkLanguage::Python)).build().unwrap()
}

async fn refresh_now(browser: &Browser) -> crate::support::Answer {
    let head = browser.head("POST", "/roles", &[]);
    let exchange = Exchange::new(browser.scalekit.manager());
    let state = exchange.refresh(&head.view()).await;
    finish(&exchange, state)
}

async fn log_out(browser: &mut Browser) {
    let reply = browser
        .serve_with(AuthRoute::Logout, "POST", "/auth/logout", &[("sec-fetch-site", "same-origin")])
        .await;
    browser.apply(&reply);
}

fn is_on(watch: &mut SessionWatch) -> bool {
    let ended = pin!(watch.ended());
    ended.poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending
}

/// When a session moves to the SDK cookie, its login time is read from its ID token. A refresh had replaced that ID
/// token.
#[tokio::test]
async fn r28_a_move_extends_no_limit_where_refreshes_brought_id_tokens() {
    let fake = FakeScalekit::new();
    fake.set_id_token_on_refresh(true);
    let limited = || fake.builder().absolute_limit(secs(3600));
    let mut browser = Browser::signed_in(&fake, &limited().build().unwrap()).await;
    let logged_in = browser.get().await.session().logged_in_at();
    for _ in 0..11 {
        fake.clock.advance(secs(280));
        assert!(browser.get().await.is_active());
    }
    browser.scalekit = sharing(limited());
    fake.clock.advance(secs(280));
    let answer = browser.get().await;
    let moved = answer.session().logged_in_at();
    fake.clock.advance(secs(245));
    let answer = browser.get().await;
    assert!(
        answer.is_anonymous(),
        "the limit of an hour after login has passed; login time {}, login time after the move {}",
        logged_in.as_secs(),
        moved.as_secs()
    );
}

/// The session began in our own cookie, before the application was configured to write the SDK cookie.
#[tokio::test]
async fn r30_a_logout_after_the_move_ends_the_copies_of_sessions_born_before_the_setting() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    browser.scalekit = official_writer(&fake);
    assert!(browser.get().await.is_active());
    let mut copy = browser.clone();
    fake.clock.advance(secs(280));
    assert!(browser.get().await.is_active());
    log_out(&mut browser).await;
    let answer = copy.get().await;
    assert!(answer.is_anonymous(), "no copy is served after the logout: {answer:?}");
    assert_eq!(fake.refreshes(), 1, "a refresh token known to be consumed is never sent again");
}

#[tokio::test]
async fn r49_a_watch_hears_of_the_logout_of_a_session_that_moved() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    browser.scalekit = official_writer(&fake);
    let session = browser.get().await.session().clone();
    let mut watch = browser.scalekit.watch(&session);
    fake.clock.advance(secs(280));
    assert!(browser.get().await.is_active());
    log_out(&mut browser).await;
    assert!(!is_on(&mut watch), "the user has logged out");
    assert_eq!(watch.ended().await, SessionEnd::Ended);
}

#[tokio::test]
async fn r49_a_watch_follows_a_session_that_moves() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    browser.scalekit = official_writer(&fake);
    let session = browser.get().await.session().clone();
    let mut watch = browser.scalekit.watch(&session);
    fake.clock.advance(secs(280));
    assert!(browser.get().await.is_active());
    fake.clock.advance(secs(30));
    assert!(is_on(&mut watch), "the session was refreshed half a minute ago");
}

#[tokio::test]
async fn r2_latecomers_of_a_session_that_moved_and_was_refreshed_again() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    browser.scalekit = official_writer(&fake);
    let mut late = browser.clone();
    fake.clock.advance(secs(280));
    assert!(browser.get().await.is_active());
    fake.clock.advance(secs(10));
    let again = refresh_now(&browser).await;
    assert!(again.is_active());
    browser.deliver(&again);
    fake.clock.advance(secs(5));
    let answer = late.get().await;
    assert_eq!(fake.refreshes(), 2);
    assert!(answer.is_active(), "{answer:?}");
}

/// In the SDK cookie the generation is a time in seconds, and two refreshes may happen within one second.
#[tokio::test]
async fn r1_a_consumed_refresh_token_is_not_sent_again_within_a_second() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(official_writer(&fake));
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    let late = browser.clone();
    let answer = refresh_now(&browser).await;
    assert!(answer.is_active());
    assert_eq!(fake.refreshes(), 1);
    let answer = refresh_now(&late).await;
    assert_eq!(answer.lines.len(), 1, "the successor is at hand: {answer:?}");
    assert_eq!(fake.refreshes(), 1, "the refresh token is not sent a second time");
}

/// For comparison: the same story with our own cookie.
#[tokio::test]
async fn r1_control_our_own_cookie_within_a_second() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let late = browser.clone();
    assert!(refresh_now(&browser).await.is_active());
    assert_eq!(refresh_now(&late).await.lines.len(), 1);
    assert_eq!(fake.refreshes(), 1);
}

/// Of two refreshes within one second, the older response arrives last and must not overwrite the newer cookie.
#[tokio::test]
async fn r54_of_two_refreshes_in_one_second_the_older_is_not_written_last() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(official_writer(&fake));
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    fake.clock.advance(secs(280));
    let slow = Exchange::new(browser.scalekit.manager());
    let state = slow.resolve(&browser.head("GET", "/slow", &[]).view()).await;
    let first = browser.send("GET", &[]).await;
    browser.deliver(&first);
    let second = refresh_now(&browser).await;
    browser.deliver(&second);
    assert_eq!(fake.refreshes(), 2);
    let newest = browser.jar.get(NAME).unwrap().to_owned();
    let late = finish(&slow, state);
    browser.deliver(&late);
    assert_eq!(
        browser.jar.get(NAME).unwrap(),
        newest,
        "only the newest cookie has a refresh token that is still good"
    );
}

/// Our clock is ahead of Scalekit's by a little more than the life of a token.
#[tokio::test]
async fn r1_r41_a_clock_ahead_costs_one_refresh_per_request() {
    for shared in [false, true] {
        let fake = FakeScalekit::new();
        let now = fake.clock.now().as_secs();
        let scalekit = if shared { official_writer(&fake) } else { fake.scalekit() };
        let mut browser = Browser::signed_in(&fake, &scalekit).await;
        fake.clock.advance(secs(305));
        fake.set_claims(json!({ "iat": now - 5, "exp": now + 295 }));
        let answer = browser.get().await;
        assert_eq!(fake.refreshes(), 1, "shared: {shared}, {answer:?}");
        assert!(answer.is_active(), "shared: {shared}, {answer:?}");
    }
}

/// The browser has an old session in our own cookie, and a newer login of another user at the other application.
#[tokio::test]
async fn r27_a_refresh_overwrites_no_other_users_login() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    browser.scalekit = official_writer(&fake);
    fake.clock.advance(secs(200));
    // FastAPI does not read our own cookie. Another user logs in there.
    fake.set_claims(json!({ "sub": "usr_2", "sid": "ses_2" }));
    fake.set_id_claims(json!({ "sub": "usr_2", "sid": "ses_2" }));
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    fake.set_claims(json!({ "sub": "usr_1", "sid": "ses_1" }));
    fake.set_id_claims(json!({ "sub": "usr_1", "sid": "ses_1" }));
    fake.clock.advance(secs(80));
    browser.get().await;
    let at_fastapi = official::open(browser.jar.get(NAME).unwrap());
    assert_eq!(
        claims_of(&at_fastapi["access_token"])["sub"],
        "usr_2",
        "the login at FastAPI is not overwritten"
    );
}

/// The genuine cookie comes after four planted ones.
#[tokio::test]
async fn r23_planted_duplicates_do_not_crowd_out_the_genuine_cookie() {
    let fake = FakeScalekit::new();
    let ada = official::seal(&python(&fake.grant()));
    fake.set_claims(json!({ "sub": "usr_2" }));
    fake.set_id_claims(json!({ "sub": "usr_2" }));
    let bob = official::seal(&python(&fake.grant()));
    let browser = Browser::new(official_writer(&fake));
    // Browsers send longer paths first: /api, /api/, /api/v1, /api/v1/ set by a sibling domain, then our own with `/`.
    let cookies = format!("{NAME}={bob}; {NAME}={bob}; {NAME}={bob}; {NAME}={bob}; {NAME}={ada}");
    let answer = browser.send("GET", &[("cookie", cookies.as_str())]).await;
    assert!(answer.is_anonymous(), "cookies of two users in one request are no session: {answer:?}");
}

/// The SDK cookie has no mark for tokens that were not verified when the cookie was written.
#[tokio::test]
async fn r11_tokens_that_cannot_be_verified_are_not_refreshed_over_and_over() {
    let mut counts = Vec::new();
    for shared in [false, true] {
        let fake = FakeScalekit::new();
        let scalekit = if shared { official_writer(&fake) } else { fake.scalekit() };
        let mut browser = Browser::signed_in(&fake, &scalekit).await;
        fake.set_life(3600);
        fake.set_keys("snk_2", &["snk_1"]);
        fake.clock.advance(secs(280));
        assert!(browser.get().await.is_active(), "row 13b");
        for _ in 0..400 {
            fake.clock.advance(secs(3));
            browser.get().await;
        }
        counts.push((fake.refreshes(), fake.calls("keys")));
    }
    assert!(
        counts[1].0 <= counts[0].0,
        "(refreshes, fetches) of our own cookie and of the shared one: {counts:?}"
    );
}

/// Like the story in `official_moving`, with the two responses in the other order.
#[tokio::test]
async fn r36_two_instances_and_answers_in_any_order() {
    let fake = FakeScalekit::new();
    fake.set_grace(secs(30));
    let (old, new) = (official_writer(&fake), own_writer(&fake));
    let mut browser = Browser::new(old.clone());
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    for round in 0..6 {
        fake.clock.advance(secs(280));
        let [first, second] = if round % 2 == 0 { [&new, &old] } else { [&old, &new] }
            .map(|scalekit| Browser { scalekit: scalekit.clone(), jar: browser.jar.clone() });
        let (one, two) = tokio::join!(first.send("GET", &[]), second.send("GET", &[]));
        assert!(one.is_active() && two.is_active(), "round {round}: {one:?} {two:?}");
        browser.deliver(&one);
        browser.deliver(&two);
        assert!(browser.get().await.is_active(), "round {round}");
        // Both cookies of the one session may be left now. The next refresh leaves one.
        browser.scalekit = if round % 3 == 0 { old.clone() } else { new.clone() };
        fake.clock.advance(secs(280));
        assert!(browser.get().await.is_active(), "round {round}");
        let own = browser.jar.get(DATA).is_some() && browser.jar.get(MARKER).is_some();
        assert_ne!(own, browser.jar.get(NAME).is_some(), "round {round}: {:?}", browser.jar.names());
    }
}

/// Another site begins a login. A planted second cookie hides which user that login would replace.
#[tokio::test]
async fn r55_a_planted_second_cookie_does_not_switch_the_question_off() {
    let fake = FakeScalekit::new();
    let ada = official::seal(&python(&fake.grant()));
    let user = |sub: &str| {
        fake.set_claims(json!({ "sub": sub }));
        fake.set_id_claims(json!({ "sub": sub }));
    };
    user("usr_2");
    let bob = official::seal(&python(&fake.grant()));
    user("usr_3");
    for planted in [false, true] {
        let mut browser = Browser::new(official_writer(&fake));
        browser.jar.put(NAME, &ada);
        let extra = format!("{NAME}={bob}");
        let mut headers = vec![("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        if planted {
            headers.push(("cookie", &extra));
        }
        let begun = browser.serve_with(AuthRoute::Login, "GET", "/auth/login", &headers).await;
        browser.apply(&begun);
        let callback = browser.callback_of(&fake, &begun);
        let reply = browser.serve_with(AuthRoute::Callback, "GET", &callback, &headers).await;
        assert_eq!(reply.status, 200, "a page asks before usr_3 replaces usr_1; planted: {planted}");
    }
}

/// Our own session is refused. The newer login at the other application must count then.
#[tokio::test]
async fn a_session_of_ours_that_is_over_does_not_hide_a_live_official_one() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    browser.scalekit = official_writer(&fake);
    fake.end_session();
    fake.clock.advance(secs(310));
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    assert!(
        browser.get().await.is_anonymous(),
        "our own refresh token was refused just now; a page load is sent to itself once"
    );
    let answer = browser.get().await;
    assert!(answer.is_active(), "the login at FastAPI counts: {answer:?}");
}

/// The shared secret contains a comma. Split there, its halves would be cookie secrets of our own: that is reported.
#[test]
fn r36_the_shared_secret_split_at_its_comma_is_no_secret_of_our_own() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _entered = runtime.enter();
    let fake = FakeScalekit::new();
    let (first, second) =
        ("first-secret-first-secret-first-0123456789", "other-secret-other-secret-other-9876543210");
    let shared = SdkCookie::new(format!("{first},{second}"));
    // The builder has the first half already. This is what SCALEKIT_COOKIE_SECRET or COOKIE_ENCRYPTION_SECRET with the
    // text of the shared secret would set.
    let built = fake.builder().cookie_secret(second).sdk_cookie(shared).build();
    let error = built.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("one of the cookie secrets"), "{error}");
}

/// A cookie of another client or environment that shares host and secret. While its token lives the cookie is
/// refused. Once the token is over, the cookie must not be refreshed or deleted either.
#[tokio::test]
async fn r21_r37_a_cookie_of_another_client_is_left_alone_when_its_token_is_over() {
    let fake = FakeScalekit::new();
    let genuine = fake.grant();
    let mut claims = claims_of(&genuine["access_token"]);
    claims["iss"] = json!("https://staging.scalekit.invalid");
    claims["aud"] = json!(["skc_2"]);
    claims["client_id"] = json!("skc_2");
    let foreign = json!({
        "access_token": fake.sign(&claims), "refresh_token": "a credential of skc_2", "id_token": genuine["id_token"],
    });
    let mut browser = Browser::new(official_writer(&fake));
    browser.jar.put(NAME, &official::seal(&python(&foreign)));
    let answer = browser.get().await;
    assert!(answer.is_anonymous() && answer.lines.is_empty(), "row 9a");
    fake.clock.advance(secs(400));
    assert!(browser.get().await.is_anonymous());
    fake.clock.advance(secs(61));
    let answer = browser.get().await;
    assert_eq!(answer.lines, Vec::<String>::new(), "another client's cookie is not deleted");
    assert_eq!(fake.refreshes(), 0, "another client's refresh token is not sent");
}
