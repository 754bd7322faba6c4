//! Processes that move from the SDK cookie to our own cookie and back, one after the other: no user is logged out.

use std::time::Duration;

use crate::official::{claims_of, python};
use crate::support::official::{self, SECRET};
use crate::support::{Browser, FakeScalekit, set_cookies};
use scalekit_session::adapter::AuthRoute;
use scalekit_session::testing::SigningKey;
use scalekit_session::{Scalekit, SdkCookie, SdkLanguage};
use serde_json::json;

const NAME: &str = "sk_session";
const DATA: &str = "__Host-scalekit";
const MARKER: &str = "__Host-scalekit-live";

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Reads both cookies and writes the SDK cookie.
fn official_writer(fake: &FakeScalekit) -> Scalekit {
    fake.builder().sdk_cookie(SdkCookie::new(SECRET).write(SdkLanguage::Python)).build().unwrap()
}

/// Reads both cookies and writes our own.
fn own_writer(fake: &FakeScalekit) -> Scalekit {
    fake.builder().sdk_cookie(SdkCookie::new(SECRET)).build().unwrap()
}

#[tokio::test]
async fn r38_a_fleet_moves_to_our_own_cookie_and_back_without_a_login() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(official_writer(&fake));
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    let logged_in = browser.get().await.session().logged_in_at();

    for (step, scalekit, has, has_not) in [
        ("write ours", own_writer(&fake), DATA, NAME),
        ("back", official_writer(&fake), NAME, DATA),
        ("again", own_writer(&fake), DATA, NAME),
        ("forget the official one", fake.scalekit(), DATA, NAME),
        ("roll everything back", official_writer(&fake), NAME, DATA),
    ] {
        browser.scalekit = scalekit;
        let answer = browser.get().await;
        assert!(answer.is_active(), "{step}: read before it is written");
        assert_eq!(answer.lines, Vec::<String>::new(), "{step}: nothing moves without a refresh");
        fake.clock.advance(secs(280));
        let answer = browser.get().await;
        assert_eq!(answer.session().user_id(), "usr_1", "{step}");
        assert_eq!(answer.session().logged_in_at(), logged_in, "{step}: R28, a move is not a new login");
        assert_eq!(answer.session().profile().unwrap().name.as_deref(), Some("Ada"), "{step}");
        assert!(browser.jar.get(has).is_some() && browser.jar.get(has_not).is_none(), "{step}");
        assert_eq!(
            browser.jar.get(MARKER).is_some(),
            has == DATA,
            "{step}: only our own cookie has a marker"
        );
        assert!(browser.get().await.is_active(), "{step}");
    }
}

#[tokio::test]
async fn r42_a_move_vouches_for_no_profile_that_was_not_verified() {
    let fake = FakeScalekit::new();
    let mut payload = python(&fake.grant());
    let mut claims = claims_of(&payload["id_token"]);
    claims["name"] = json!("The Boss");
    let header = json!({ "alg": "RS256", "kid": "snk_1", "typ": "JWT" }).to_string();
    payload["id_token"] = json!(SigningKey::successor().sign(&header, &claims.to_string()));
    let mut browser = Browser::new(own_writer(&fake));
    browser.jar.put(NAME, &official::seal(&payload));
    for _ in 0..3 {
        fake.clock.advance(secs(280));
        assert!(browser.get().await.session().profile().is_none());
        browser.scalekit = own_writer(&fake);
        assert!(browser.get().await.session().profile().is_none(), "another process finds no profile either");
    }
    assert!(browser.jar.get(DATA).is_some());
}

#[tokio::test]
async fn r36_two_instances_of_a_deploy_may_write_different_cookies() {
    let fake = FakeScalekit::new();
    fake.set_grace(secs(30));
    let (old, new) = (official_writer(&fake), own_writer(&fake));
    let mut browser = Browser::new(old.clone());
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    for round in 0..6 {
        fake.clock.advance(secs(280));
        let [first, second] = if round % 2 == 0 { [&old, &new] } else { [&new, &old] }
            .map(|scalekit| Browser { scalekit: scalekit.clone(), jar: browser.jar.clone() });
        let (one, two) = tokio::join!(first.send("GET", &[]), second.send("GET", &[]));
        assert!(one.is_active() && two.is_active());
        browser.deliver(&one);
        browser.deliver(&two);
        let has_own = browser.jar.get(DATA).is_some() && browser.jar.get(MARKER).is_some();
        assert!(
            has_own != browser.jar.get(NAME).is_some(),
            "the browser has one of the two cookies: {:?}",
            browser.jar.names()
        );
        assert!(browser.get().await.is_active(), "round {round}");
    }
}

#[tokio::test]
async fn r2_latecomers_with_the_old_cookie_get_the_new_form() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(own_writer(&fake));
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    fake.clock.advance(secs(280));
    let mut late = browser.clone();
    assert!(browser.get().await.is_active());
    fake.clock.advance(secs(50));
    let answer = late.get().await;
    assert!(answer.is_active(), "{answer:?}");
    assert_eq!(fake.refreshes(), 1);
    assert!(late.jar.get(DATA).is_some() && late.jar.get(NAME).is_none());
    assert_eq!(
        late.jar.get(MARKER),
        browser.jar.get(MARKER),
        "it is the same session, so the marker is the same"
    );
}

#[tokio::test]
async fn r30_a_logout_after_the_move_ends_the_copies_from_before() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(own_writer(&fake));
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    let before = browser.clone();
    fake.clock.advance(secs(280));
    let moved = browser.send("GET", &[]).await;
    browser.deliver(&moved);
    let reply = browser
        .serve_with(AuthRoute::Logout, "POST", "/auth/logout", &[("sec-fetch-site", "same-origin")])
        .await;
    browser.apply(&reply);
    assert!(browser.jar.is_empty(), "{:?}", browser.jar.names());
    for name in [NAME, DATA, MARKER] {
        assert!(set_cookies(&reply).iter().any(|line| line.starts_with(&format!("{name}=;"))), "R29: {name}");
    }
    let mut copy = before;
    assert!(copy.get().await.is_anonymous(), "a copy of the SDK cookie from before the move");
    browser.deliver(&moved);
    assert!(browser.get().await.is_anonymous(), "our own cookie, brought by a late response");
}

#[tokio::test]
async fn our_own_cookie_goes_before_the_official_one() {
    let fake = FakeScalekit::new();
    for scalekit in [own_writer(&fake), official_writer(&fake)] {
        let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        browser.scalekit = scalekit;
        fake.set_claims(json!({ "sub": "usr_2" }));
        fake.set_id_claims(json!({ "sub": "usr_2" }));
        browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
        fake.set_claims(json!({ "sub": "usr_1" }));
        fake.set_id_claims(json!({ "sub": "usr_1" }));
        assert_eq!(browser.get().await.session().user_id(), "usr_1");
        // Without its marker our own cookie is no session, and the SDK cookie counts.
        browser.jar.remove(MARKER);
        assert_eq!(browser.get().await.session().user_id(), "usr_2");
    }
}

#[tokio::test]
async fn r27_a_login_leaves_one_form_whatever_the_browser_had() {
    let fake = FakeScalekit::new();
    for (scalekit, has, has_not) in [(own_writer(&fake), DATA, NAME), (official_writer(&fake), NAME, DATA)] {
        let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
        browser.scalekit = scalekit;
        let reply = browser.log_in(&fake, "/").await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        assert!(
            browser.jar.get(has).is_some() && browser.jar.get(has_not).is_none(),
            "{:?}",
            browser.jar.names()
        );
        assert!(browser.get().await.is_active());
    }
}

#[tokio::test]
async fn r4_a_refused_refresh_token_deletes_the_sdk_cookie_after_a_minute_only() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(official_writer(&fake));
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    fake.end_session();
    fake.clock.advance(secs(280));
    let answer = browser.get().await;
    assert!(answer.is_active() && answer.lines.is_empty(), "row 15");
    fake.clock.advance(secs(20));
    let answer = browser.get().await;
    assert!(answer.is_anonymous() && answer.lines.is_empty(), "row 16a");
    fake.clock.advance(secs(61));
    let answer = browser.get().await;
    assert!(answer.is_anonymous());
    let [line] = &answer.lines[..] else { panic!("{:?}", answer.lines) };
    assert!(
        line.starts_with("sk_session=;") && line.contains("Max-Age=0"),
        "only the SDK cookie is deleted: {line}"
    );
}
