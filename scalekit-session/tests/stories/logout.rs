//! Logouts: they always work, and no response that is still under way brings the session back.

use std::time::Duration;

use crate::support::{Browser, FakeScalekit, Script, finish, set_cookies};
use scalekit_session::adapter::{AuthRoute, Exchange, RequestView};
use scalekit_session::{SessionManager, SessionState};

#[tokio::test]
async fn r29_logout_clears_everything_whatever_the_browser_carries() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let full = Browser::signed_in(&fake, &scalekit).await;
    let data = full.jar.get("__Host-scalekit").unwrap().to_owned();
    let jars: [(&str, Vec<(&str, String)>); 6] = [
        ("nothing", vec![]),
        (
            "corrupt",
            vec![("__Host-scalekit", "Zm9yZWlnbg".to_owned()), ("__Host-scalekit-live", "x".to_owned())],
        ),
        (
            "foreign",
            vec![("__Host-scalekit", data.replace('A', "B")), ("__Host-scalekit.3", "stray".to_owned())],
        ),
        ("no marker", vec![("__Host-scalekit", data.clone())]),
        ("flows", vec![("__Host-scalekit-tx-abc", "x".to_owned()), ("__Host-scalekit-loop", "x".to_owned())]),
        ("stray chunks", (1..8).map(|_| ("__Host-scalekit.7", "x".to_owned())).collect()),
    ];
    fake.script(Script::Unreachable);
    fake.script_keys(Script::Unreachable);
    for (name, cookies) in jars {
        let mut browser = Browser::new(scalekit.clone());
        for (cookie, value) in cookies {
            browser.jar.put(cookie, &value);
        }
        let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
        assert_eq!(reply.status, 303, "{name}");
        browser.apply(&reply);
        assert!(browser.jar.is_empty(), "{name}: {:?}", browser.jar.names());
    }
}

#[tokio::test]
async fn r29_r34_an_expired_session_is_logged_out_with_its_hint() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.clock.advance(Duration::from_secs(86_400));
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    let location = url::Url::parse(reply.header("location").unwrap()).unwrap();
    assert_eq!(location.path(), "/oidc/logout");
    let parameter =
        |name: &str| location.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
    assert!(parameter("id_token_hint").unwrap().starts_with("eyJ"));
    assert_eq!((parameter("logout_hint"), parameter("state")), (None, None));
    assert_eq!(parameter("post_logout_redirect_uri").as_deref(), Some("https://app.test/bye"));
    browser.apply(&reply);
    assert!(browser.jar.is_empty());
}

#[tokio::test]
async fn r30_a_late_response_does_not_bring_a_session_back() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.clock.advance(Duration::from_secs(280));
    let late = browser.send("GET", &[]).await;
    assert!(!late.lines.is_empty(), "the late response carries the new tokens");
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    browser.apply(&reply);
    browser.deliver(&late);
    assert!(browser.get().await.is_anonymous());
}

#[tokio::test]
async fn r30_another_instance_that_knows_nothing_of_the_logout_finds_nobody() {
    let fake = FakeScalekit::new();
    let (one, two) = (fake.scalekit(), fake.scalekit());
    let mut browser = Browser::signed_in(&fake, &one).await;
    fake.clock.advance(Duration::from_secs(280));
    let late = Browser { scalekit: two.clone(), jar: browser.jar.clone() }.send("GET", &[]).await;
    assert!(!late.lines.is_empty());
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    browser.apply(&reply);
    browser.deliver(&late);
    browser.scalekit = two;
    assert!(browser.get().await.is_anonymous(), "a data cookie without its marker is no session");
}

#[tokio::test]
async fn r31_a_late_response_does_not_replace_the_next_login() {
    let fake = FakeScalekit::new();
    let (one, two) = (fake.scalekit(), fake.scalekit());
    let mut browser = Browser::signed_in(&fake, &one).await;
    fake.clock.advance(Duration::from_secs(280));
    let late = Browser { scalekit: two.clone(), jar: browser.jar.clone() }.send("GET", &[]).await;
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    browser.apply(&reply);
    fake.set_claims(serde_json::json!({ "sub": "usr_2" }));
    fake.set_id_claims(serde_json::json!({ "sub": "usr_2" }));
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    browser.deliver(&late);
    for scalekit in [one, two] {
        browser.scalekit = scalekit;
        match browser.get().await.state {
            SessionState::Active(session) => assert_eq!(session.user_id(), "usr_2"),
            other => assert!(matches!(other, SessionState::Anonymous), "{other:?}"),
        }
    }
}

#[tokio::test]
async fn r31_r54_an_answer_that_overlaps_a_logout_leaves_the_next_login_alone() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let old = browser.clone();
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    // A request with the former cookies: it is resolved after the logout, and its slow handler answers later.
    let head = old.head("GET", "/poll", &[]);
    let exchange = Exchange::new(old.scalekit.manager());
    let state = exchange.resolve(&head.view()).await;
    let late = old.send("GET", &[]).await;
    browser.apply(&reply);
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    assert!(browser.get().await.is_active());
    browser.deliver(&late);
    assert!(browser.get().await.is_active(), "{:?}", late.lines);
    fake.clock.advance(Duration::from_secs(20));
    let slow = finish(&exchange, state);
    browser.deliver(&slow);
    assert!(browser.get().await.is_active(), "{:?}", slow.lines);
}

#[tokio::test]
async fn r54_a_deletion_does_not_outlast_the_moment_it_was_decided_in() {
    for (seconds, deletes) in [(0, true), (1, true), (2, false)] {
        let fake = FakeScalekit::new();
        let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        fake.clock.advance(Duration::from_secs(61));
        browser.jar.remove("__Host-scalekit-live");
        let head = browser.head("GET", "/poll", &[]);
        let exchange = Exchange::new(browser.scalekit.manager());
        let state = exchange.resolve(&head.view()).await;
        fake.clock.advance(Duration::from_secs(seconds));
        if !deletes {
            assert_eq!(browser.log_in(&fake, "/").await.status, 303);
        }
        let answer = finish(&exchange, state);
        assert_eq!(!answer.lines.is_empty(), deletes, "{seconds} s");
        browser.deliver(&answer);
        assert_eq!(browser.get().await.is_active(), !deletes, "{seconds} s");
    }
}

#[tokio::test]
async fn r32_logout_during_a_refresh_discards_the_successor() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.clock.advance(Duration::from_secs(400));
    fake.hold();
    let waiting = browser.clone();
    let request = tokio::spawn(async move { waiting.send("GET", &[]).await });
    fake.held(1).await;
    let before = browser.clone();
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    browser.apply(&reply);
    fake.release();
    let answer = request.await.unwrap();
    assert!(answer.is_anonymous());
    assert_eq!(answer.lines, [""; 0]);
    assert!(before.send("GET", &[]).await.is_anonymous(), "no request gets the new tokens");
    browser.deliver(&answer);
    assert!(browser.get().await.is_anonymous());
}

#[tokio::test]
async fn r32_a_request_that_waited_is_nobodys_after_a_logout_however_the_refresh_ended() {
    for script in [Script::status(503), Script::oauth(400, "invalid_grant")] {
        let fake = FakeScalekit::new();
        let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        fake.clock.advance(Duration::from_secs(280));
        fake.hold();
        fake.script(script.clone());
        let waiting = browser.clone();
        let request = tokio::spawn(async move { waiting.send("GET", &[]).await });
        fake.held(1).await;
        assert_eq!(browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await.status, 303);
        fake.release();
        let answer = request.await.unwrap();
        assert!(answer.is_anonymous(), "{script:?}: {:?}", answer.state);
        assert_eq!(answer.lines, [""; 0]);
    }
}

#[tokio::test]
async fn r29_r33_every_session_that_a_request_names_is_logged_out() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut jars = Vec::new();
    for user in ["usr_1", "usr_2"] {
        fake.set_claims(serde_json::json!({ "sub": user }));
        fake.set_id_claims(serde_json::json!({ "sub": user }));
        let mut browser = Browser::new(scalekit.clone());
        assert_eq!(browser.log_in(&fake, "/").await.status, 303);
        jars.push(browser.jar.header());
    }
    let manager = scalekit.manager();
    let both = jars.join("; ");
    let headers = [("host", "app.test"), ("cookie", both.as_str())];
    let request = RequestView::new("POST", "/auth/logout", &headers);
    assert_eq!(scalekit.serve(AuthRoute::Logout, request.to_head()).await.status, 303);
    for jar in &jars {
        let headers = [("host", "app.test"), ("cookie", jar.as_str())];
        let exchange = Exchange::new(manager.clone());
        let state = exchange.resolve(&RequestView::new("GET", "/", &headers)).await;
        assert!(matches!(state, SessionState::Anonymous), "{state:?}");
    }
}

#[tokio::test]
async fn r33_after_logout_a_copied_cookie_is_refused_by_this_instance() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let mut thief = browser.clone();
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    browser.apply(&reply);
    assert!(thief.get().await.is_anonymous());
    assert!(!thief.jar.is_empty(), "a deletion could hit the cookies of the browser's next login");
    fake.clock.advance(Duration::from_secs(60));
    assert!(thief.get().await.is_anonymous());
    assert!(thief.jar.is_empty());
}

#[tokio::test]
async fn r35_only_this_site_and_the_user_log_out() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let navigation = |site: &'static str| {
        vec![("sec-fetch-site", site), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]
    };
    for (name, method, headers, status, out) in [
        ("form of this site", "POST", navigation("same-origin"), 303, true),
        ("not a browser", "POST", vec![], 303, true),
        ("form of another site", "POST", navigation("cross-site"), 403, false),
        ("form of a sibling", "POST", navigation("same-site"), 403, false),
        ("old browser, other origin", "POST", vec![("origin", "https://evil.example")], 403, false),
        ("link of this site", "GET", navigation("same-origin"), 303, true),
        ("typed in", "GET", navigation("none"), 303, true),
        ("link of another site", "GET", navigation("cross-site"), 200, false),
        (
            "image of another site",
            "GET",
            vec![("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
            200,
            false,
        ),
        (
            "image of this site",
            "GET",
            vec![("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "no-cors")],
            200,
            false,
        ),
        ("old browser", "GET", vec![], 200, false),
        (
            "prefetch",
            "GET",
            vec![
                ("sec-purpose", "prefetch"),
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-mode", "navigate"),
            ],
            204,
            false,
        ),
        ("HEAD", "HEAD", vec![], 204, false),
        ("PUT", "PUT", vec![], 405, false),
    ] {
        let mut browser = Browser::signed_in(&fake, &scalekit).await;
        let reply = browser.serve_with(AuthRoute::Logout, method, "/auth/logout", &headers).await;
        assert_eq!(reply.status, status, "{name}");
        assert_eq!(!set_cookies(&reply).is_empty(), out, "{name}");
        browser.apply(&reply);
        assert_eq!(browser.get().await.is_anonymous(), out, "{name}");
        if status == 200 {
            assert!(
                reply.body.contains("<form method=\"post\" action=\"/auth/logout\">"),
                "{name}: {}",
                reply.body
            );
        }
    }
}

/// A browser that loads a page of this site and sends its form. Without Fetch Metadata it sends `Origin: null` when the
/// page's policy is to send no referrer (Fetch §"append a request `Origin` header").
#[tokio::test]
async fn r35_the_page_that_asks_logs_an_old_browser_out_and_lets_it_leave_for_scalekit() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let asked =
        browser.serve_with(AuthRoute::Logout, "GET", "/auth/logout", &[("accept", "text/html")]).await;
    assert_eq!(asked.status, 200);
    let policy = asked.header("content-security-policy").unwrap();
    assert!(
        !policy.contains("form-action"),
        "browsers would check redirects after the form as well: {policy}"
    );
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let origin = match asked.header("referrer-policy") {
        Some("no-referrer") => "null",
        Some("same-origin") => "https://app.test",
        other => panic!("{other:?}"),
    };
    let form = [("accept", "text/html"), ("origin", origin)];
    let reply = browser.serve_with(AuthRoute::Logout, "POST", "/auth/logout", &form).await;
    assert_eq!(reply.status, 303);
    browser.apply(&reply);
    assert!(browser.get().await.is_anonymous());

    let other = browser.serve(AuthRoute::Callback, "GET", "/auth/callback?error=access_denied").await;
    assert!(other.header("content-security-policy").unwrap().contains("form-action 'self'"));
    assert_eq!(other.header("referrer-policy"), Some("no-referrer"));
}
