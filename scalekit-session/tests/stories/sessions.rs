//! Session cookies: what opens them, how long they are good, rotation of secrets, and cookies that cannot be read.

use std::time::Duration;

use crate::support::{Browser, FakeScalekit};
use scalekit_session::SessionState;
use scalekit_session::adapter::{Exchange, RequestView};
use scalekit_session::testing::{TestEnvironment, TestUser};
use serde_json::json;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn many_permissions(count: usize) -> serde_json::Value {
    let names: Vec<String> = (0..count).map(|number| format!("resource{number:04}:rw")).collect();
    json!({ "permissions": names })
}

#[tokio::test]
async fn r14_r17_sessions_that_grow_and_shrink_leave_exactly_their_chunks() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    for count in [0, 200, 50, 190, 120, 3, 200, 0] {
        fake.set_claims(many_permissions(count));
        fake.clock.advance(secs(280));
        let answer = browser.get().await;
        assert_eq!(answer.session().permissions().count(), count);
        let chunks = browser.jar.names().len() - 1;
        let claimed = browser
            .jar
            .get("__Host-scalekit")
            .unwrap()
            .split_once('.')
            .map_or(1, |(count, _)| count.parse().unwrap());
        assert_eq!(chunks, claimed, "{count} permissions: {:?}", browser.jar.names());
        assert!(browser.get().await.is_active());
    }
}

#[tokio::test]
async fn r18_r37_every_wrong_cookie_is_an_anonymous_visitor_and_stays() {
    let fake = FakeScalekit::new();
    fake.set_claims(many_permissions(150));
    let scalekit = fake.scalekit();
    let browser = Browser::signed_in(&fake, &scalekit).await;
    let data = browser.jar.get("__Host-scalekit").unwrap().to_owned();
    let rest = browser.jar.get("__Host-scalekit.1").unwrap().to_owned();
    let flipped = |text: &str, at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let mut cases: Vec<(String, String, Option<String>)> = vec![
        ("first piece missing".into(), String::new(), Some(rest.clone())),
        ("last piece missing".into(), data.clone(), None),
        ("truncated".into(), data[..data.len() - 1].to_owned(), Some(rest.clone())),
        ("too many claimed".into(), data.replacen("2.", "9.", 1), Some(rest.clone())),
        ("one claimed".into(), data.replacen("2.", "1.", 1), Some(rest.clone())),
        ("odd count".into(), data.replacen("2.", "+2.", 1), Some(rest.clone())),
        ("huge count".into(), data.replacen("2.", "99999999999999999999.", 1), Some(rest.clone())),
        ("newer version".into(), format!("2.Aw{}", &data[4..]), Some(rest.clone())),
        ("not base64".into(), "2.%%%%".into(), Some(rest.clone())),
        ("marker as data".into(), browser.jar.get("__Host-scalekit-live").unwrap().to_owned(), None),
        ("empty".into(), String::new(), None),
        ("oversized".into(), format!("2.{}", "A".repeat(60_000)), Some("A".repeat(60_000))),
    ];
    for at in [3, 8, 30, 500, data.len() - 1] {
        cases.push((format!("byte {at} changed"), flipped(&data, at), Some(rest.clone())));
    }
    cases.push(("last byte changed".into(), data.clone(), Some(flipped(&rest, rest.len() - 3))));
    for (name, first, second) in cases {
        let mut visitor = browser.clone();
        visitor.jar.put("__Host-scalekit", &first);
        match second {
            Some(second) => visitor.jar.put("__Host-scalekit.1", &second),
            None => visitor.jar.remove("__Host-scalekit.1"),
        }
        let answer = visitor.send("GET", &[]).await;
        assert!(answer.is_anonymous(), "{name}: {:?}", answer.state);
        assert_eq!(answer.lines, [""; 0], "{name}");
        let reply = visitor.log_in(&fake, "/").await;
        assert_eq!(reply.status, 303, "{name}: login works straight away");
        assert!(visitor.get().await.is_active(), "{name}");
    }
}

#[tokio::test]
async fn r18_mixed_generations_are_anonymous() {
    let fake = FakeScalekit::new();
    fake.set_claims(many_permissions(150));
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let before = browser.jar.clone();
    fake.clock.advance(secs(280));
    assert!(browser.get().await.is_active());
    for name in ["__Host-scalekit", "__Host-scalekit.1"] {
        let mut mixed = browser.clone();
        mixed.jar.put(name, before.get(name).unwrap());
        let answer = mixed.send("GET", &[]).await;
        assert!(answer.is_anonymous(), "{name} of the generation before");
        assert_eq!(answer.lines, [""; 0]);
    }
}

#[tokio::test]
async fn r21_no_cookie_is_taken_for_another_kind_or_another_application() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let browser = Browser::signed_in(&fake, &scalekit).await;
    let begun = browser.serve(scalekit_session::adapter::AuthRoute::Login, "GET", "/auth/login").await;
    let mut visitor = browser.clone();
    visitor.apply(&begun);
    let flow = visitor.jar.names().into_iter().find(|name| name.contains("-tx-")).unwrap().to_owned();
    let transaction = visitor.jar.get(&flow).unwrap().to_owned();
    visitor.jar.put("__Host-scalekit", &transaction);
    assert!(visitor.get().await.is_anonymous(), "the cookie of a login flow is not a session");
    let mut swapped = browser.clone();
    swapped.apply(&begun);
    swapped.jar.put(&flow, browser.jar.get("__Host-scalekit").unwrap());
    let callback = swapped.callback_of(&fake, &begun);
    let reply = swapped.serve(scalekit_session::adapter::AuthRoute::Callback, "GET", &callback).await;
    assert_eq!(reply.status, 400, "a session cookie is not a login flow");

    for other in [
        fake.builder().client_id("skc_2").build().unwrap(),
        fake.builder().environment_url("https://other.scalekit.invalid").build().unwrap(),
    ] {
        let mut elsewhere = Browser { scalekit: other, jar: browser.jar.clone() };
        assert!(elsewhere.get().await.is_anonymous(), "the same secret in another application");
    }
    let named = fake.builder().cookie_name("other").build().unwrap();
    let mut renamed = Browser::new(named);
    renamed.jar.put("__Host-other", browser.jar.get("__Host-scalekit").unwrap());
    renamed.jar.put("__Host-other-live", browser.jar.get("__Host-scalekit-live").unwrap());
    assert!(renamed.get().await.is_anonymous(), "the same secret under another name");
}

#[tokio::test]
async fn r23_a_tossed_cookie_locks_nobody_out() {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
    for tossed in [
        format!("__Host-scalekit=garbage; __Host-scalekit-live=garbage; {cookies}"),
        format!("{cookies}; __Host-scalekit=garbage; __Host-scalekit-live=garbage"),
        format!(
            "=__Host-scalekit=x; %5F%5FHost-scalekit=x; {cookies}; __Host-scalekit.10=x; __Host-scalekitx=1"
        ),
    ] {
        let headers = [("cookie", tossed.as_str())];
        let request = RequestView::new("GET", "/", &headers);
        let state = Exchange::new(scalekit.manager()).resolve(&request).await;
        assert!(matches!(state, SessionState::Active(_)), "{tossed}");
    }
    let other = environment.sign_in(&scalekit, &TestUser::new("usr_2"));
    let both = format!("{cookies}; {other}");
    let headers = [("cookie", both.as_str())];
    let state = Exchange::new(scalekit.manager()).resolve(&RequestView::new("GET", "/", &headers)).await;
    assert!(matches!(state, SessionState::Anonymous), "cookies of two users in one request are no session");
}

#[tokio::test]
async fn r28_absolute_and_idle_limits_hold_and_refresh_extends_only_the_idle_one() {
    let fake = FakeScalekit::new();
    fake.set_life(3600);
    let scalekit = fake.builder().absolute_limit(secs(6 * 3600)).idle_limit(secs(2 * 3600)).build().unwrap();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    for _ in 0..6 {
        assert!(browser.get().await.is_active());
        fake.clock.advance(secs(3590));
    }
    assert!(browser.get().await.is_active());
    fake.clock.advance(secs(100));
    let answer = browser.get().await;
    assert!(answer.is_anonymous(), "the absolute limit of six hours has passed");
    assert!(!browser.jar.is_empty());
    fake.clock.advance(secs(301));
    assert!(browser.get().await.is_anonymous());
    assert!(browser.jar.is_empty());

    let mut idle = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(2 * 3600));
    assert!(idle.get().await.is_anonymous(), "the idle limit of two hours has passed");
}

#[tokio::test]
async fn r28_cookies_live_no_longer_than_the_session() {
    let fake = FakeScalekit::new();
    let scalekit = fake.builder().absolute_limit(secs(6 * 3600)).build().unwrap();
    let browser = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(280));
    let answer = browser.send("GET", &[]).await;
    assert_eq!(answer.lines.len(), 1, "only the data cookie is written: {:?}", answer.lines);
    assert!(answer.lines[0].contains(&format!("Max-Age={}", 6 * 3600 - 280)), "{}", answer.lines[0].len());
}

const OLD: &str = "first-secret-first-secret-first-0123456789";
const NEW: &str = "other-secret-other-secret-other-9876543210";

/// An instance with these cookie secrets.
fn with_secrets(fake: &FakeScalekit, secrets: &[&str]) -> scalekit_session::Scalekit {
    let var = |name: &str| match name {
        "SCALEKIT_ENVIRONMENT_URL" => Some("https://acme.scalekit.invalid".to_owned()),
        "SCALEKIT_CLIENT_ID" => Some("skc_1".to_owned()),
        "SCALEKIT_CLIENT_SECRET" => Some("secret_1".to_owned()),
        "SCALEKIT_REDIRECT_URI" => Some("https://app.test/auth/callback".to_owned()),
        "SCALEKIT_COOKIE_SECRET" => Some(secrets.join(", ")),
        _ => None,
    };
    let builder = scalekit_session::ScalekitBuilder::from_vars(var);
    builder.clock(fake.clock.clone()).transport(fake.transport()).build().unwrap()
}

#[tokio::test]
async fn r36_secrets_rotate_without_a_logout() {
    let fake = FakeScalekit::new();
    // Announce, activate, retire. Each step reaches one instance first.
    let fleet =
        [[OLD].as_slice(), &[OLD, NEW], &[NEW, OLD], &[NEW]].map(|secrets| with_secrets(&fake, secrets));
    let mut browser = Browser::signed_in(&fake, &fleet[0]).await;
    for step in fleet.windows(2) {
        for scalekit in [&step[0], &step[1], &step[0], &step[1]] {
            browser.scalekit = scalekit.clone();
            fake.clock.advance(secs(280));
            assert!(browser.get().await.is_active());
        }
    }
}

#[tokio::test]
async fn r36_a_session_without_a_refresh_token_is_sealed_anew_at_once_and_others_are_not() {
    for refreshable in [true, false] {
        let fake = FakeScalekit::new();
        fake.set_refreshable(refreshable);
        let mut browser = Browser::signed_in(&fake, &with_secrets(&fake, &[OLD])).await;
        browser.scalekit = with_secrets(&fake, &[NEW, OLD]);
        let answer = browser.get().await;
        assert!(answer.is_active());
        assert_eq!(
            answer.lines.is_empty(),
            refreshable,
            "old tokens are not sealed again: that would undo a refresh under way"
        );
        if !refreshable {
            browser.scalekit = with_secrets(&fake, &[NEW]);
            let answer = browser.get().await;
            assert!(answer.is_active(), "the old secret is no longer needed");
            assert_eq!(answer.lines, [""; 0]);
        }
    }
}

#[tokio::test]
async fn r42_a_leaked_cookie_secret_alone_gives_nobody_a_role() {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let forger = TestEnvironment::with_other_key();
    let cookies = forger.sign_in(&scalekit, &TestUser::new("usr_1").role("admin"));
    let headers = [("cookie", cookies.as_str())];
    let state = Exchange::new(scalekit.manager()).resolve(&RequestView::new("GET", "/", &headers)).await;
    assert!(
        matches!(state, SessionState::Anonymous),
        "sealed with the right secret, signed with the wrong key: {state:?}"
    );
}

#[tokio::test]
async fn r44_a_process_that_never_saw_a_withdrawn_key_lets_everybody_through() {
    let fake = FakeScalekit::new();
    fake.set_life(3600);
    let before = fake.scalekit();
    let mut browsers = Vec::new();
    for _ in 0..4 {
        browsers.push(Browser::signed_in(&fake, &before).await);
    }
    fake.set_keys("snk_2", &["snk_2"]);
    fake.clock.advance(Duration::from_secs(61));
    let deployed = fake.scalekit();
    let keys = fake.calls("keys");
    for browser in &mut browsers {
        browser.scalekit = deployed.clone();
        assert_eq!(browser.get().await.session().refreshes(), 1);
        fake.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(fake.calls("keys") - keys, 2, "fetched at the start, and once because a key is missing");
}

#[tokio::test]
async fn r44_published_keys_that_lag_behind_rotate_nobody_twice() {
    let fake = FakeScalekit::new();
    fake.set_life(3600);
    let scalekit = fake.scalekit();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    fake.set_keys("snk_2", &["snk_1"]);
    fake.clock.advance(Duration::from_secs(3700));
    for _ in 0..60 {
        assert!(!browser.get().await.is_active(), "not verifiable");
        fake.clock.advance(Duration::from_secs(1));
    }
    assert!(fake.refreshes() <= 2, "{}", fake.refreshes());
    fake.set_keys("snk_2", &["snk_2"]);
    fake.clock.advance(Duration::from_secs(31));
    assert!(browser.get().await.is_active());
}

#[tokio::test]
async fn r44_r45_a_withdrawn_signing_key_is_noticed() {
    let fake = FakeScalekit::new();
    fake.set_life(7200);
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    assert!(browser.get().await.is_active());
    fake.set_keys("snk_2", &["snk_2"]);
    fake.clock.advance(secs(660));
    // The keys are fetched in the background of a request. A later request uses them.
    for _ in 0..20 {
        let _served = browser.send("GET", &[]).await;
        tokio::task::yield_now().await;
    }
    let answer = browser.get().await;
    assert_eq!(answer.session().refreshes(), 1, "a token whose key was withdrawn is replaced");
}

#[tokio::test]
async fn r44_five_hundred_cold_requests_fetch_the_keys_once() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let fetched = fake.calls("keys");
    let cold = Browser { scalekit: fake.scalekit(), jar: browser.jar.clone() };
    let requests = (0..500).map(|_| {
        let browser = cold.clone();
        tokio::spawn(async move { browser.send("GET", &[]).await })
    });
    for answer in futures_util::future::join_all(requests).await {
        assert!(answer.unwrap().is_active());
    }
    assert_eq!(fake.calls("keys"), fetched + 1);
}

#[tokio::test]
async fn r44_keys_that_cannot_be_fetched_make_a_session_unavailable_not_anonymous() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let mut cold = Browser { scalekit: fake.scalekit(), jar: browser.jar.clone() };
    fake.script_keys(crate::support::Script::status(500));
    let before = cold.jar.header();
    assert!(cold.get().await.is_unavailable());
    assert_eq!(cold.jar.header(), before);
    fake.script_keys(None);
    fake.clock.advance(secs(31));
    assert!(cold.get().await.is_active());
}

#[tokio::test]
async fn r51_a_forged_request_gets_no_session() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let answer = browser.send("POST", &[("sec-fetch-site", "cross-site")]).await;
    assert!(matches!(answer.state, SessionState::CrossOrigin));
    let answer = browser.send("POST", &[("sec-fetch-site", "same-origin")]).await;
    assert!(answer.is_active());
    let visitor = Browser::new(browser.scalekit.clone());
    assert!(
        visitor.send("POST", &[("sec-fetch-site", "cross-site")]).await.is_anonymous(),
        "without cookies the request cannot be a forgery"
    );
}

#[tokio::test]
async fn r5_marker_rule_data_without_its_marker_is_nobody_and_goes_after_a_minute() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    browser.jar.remove("__Host-scalekit-live");
    let answer = browser.get().await;
    assert!(answer.is_anonymous());
    assert_eq!(answer.lines, [""; 0]);
    fake.clock.advance(secs(60));
    assert!(browser.get().await.is_anonymous());
    assert!(browser.jar.is_empty());
}

#[tokio::test]
async fn r40_sessions_over_http_are_served_on_loopback_only() {
    let fake = FakeScalekit::new();
    let scalekit = fake.builder().redirect_uri("http://localhost:3000/auth/callback").build().unwrap();
    for (host, misdirected) in [
        ("localhost:3000", false),
        ("127.0.0.1:3000", false),
        ("app.example.com", true),
        ("localhost.evil.example", true),
    ] {
        let headers = [("host", host)];
        let state = Exchange::new(scalekit.manager()).resolve(&RequestView::new("GET", "/", &headers)).await;
        assert_eq!(matches!(state, SessionState::Misdirected), misdirected, "{host}");
    }
}
