//! Logins: bound to the browser that began them, completed once, and back to the page where they began.

use crate::support::{Browser, FakeScalekit, set_cookies};
use futures_util::future::join_all;
use scalekit_session::adapter::{AuthRoute, Reply};
use scalekit_session::{LoginRefused, SessionState};
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[tokio::test]
async fn r21_r22_login_leads_out_with_pkce_state_and_nonce_and_back_to_where_it_began() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(fake.scalekit());
    let begun = browser
        .serve(
            AuthRoute::Login,
            "GET",
            "/auth/login?return_to=%2Finvoices%3Fpage%3D2&login_hint=ada%40acme.example",
        )
        .await;
    let location = url::Url::parse(begun.header("location").unwrap()).unwrap();
    let parameters: Vec<String> = location.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(
        parameters,
        [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "login_hint",
            "code_challenge",
            "code_challenge_method"
        ]
    );
    assert!(location.as_str().contains("scope=openid%20profile%20email%20offline_access"), "{location}");
    browser.apply(&begun);
    let reply = browser.serve(AuthRoute::Callback, "GET", &browser.callback_of(&fake, &begun)).await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("/invoices?page=2")));
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(reply.header("cache-control"), Some("private, no-store"));
    let first = set_cookies(&reply)[0];
    assert!(first.starts_with("__Host-scalekit-live="), "the first line is the marker: {first}");
    browser.apply(&reply);
    assert_eq!(
        browser.jar.names().iter().filter(|name| name.contains("-tx-")).count(),
        0,
        "the cookie of the flow is deleted"
    );
    let answer = browser.get().await;
    assert_eq!(answer.session().user_id(), "usr_1");
    assert_eq!(answer.session().profile().unwrap().email.as_deref(), Some("ada@acme.example"));
}

#[tokio::test]
async fn r22_parallel_flows_do_not_fight_and_at_most_five_are_kept() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(fake.scalekit());
    let mut flows = Vec::new();
    for _ in 0..8 {
        let begun = browser.serve(AuthRoute::Login, "GET", "/auth/login").await;
        browser.apply(&begun);
        flows.push(begun);
        fake.clock.advance(Duration::from_secs(1));
        assert!(browser.jar.names().len() <= 5, "{:?}", browser.jar.names());
    }
    for (index, begun) in flows.iter().enumerate() {
        let reply = browser.serve(AuthRoute::Callback, "GET", &browser.callback_of(&fake, begun)).await;
        let expected = if index < 3 { 400 } else { 303 };
        assert_eq!(reply.status, expected, "flow {index}: the oldest are evicted first");
    }
}

#[tokio::test]
async fn r22_prefetch_head_frames_and_scripts_begin_nothing() {
    let fake = FakeScalekit::new();
    let browser = Browser::new(fake.scalekit());
    for (method, headers, status) in [
        ("GET", vec![("sec-purpose", "prefetch")], 204),
        ("GET", vec![("purpose", "prefetch")], 204),
        ("HEAD", vec![], 204),
        ("GET", vec![("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")], 401),
        ("GET", vec![("x-requested-with", "XMLHttpRequest")], 401),
        ("POST", vec![], 405),
    ] {
        let reply = browser.serve_with(AuthRoute::Login, method, "/auth/login", &headers).await;
        assert_eq!(reply.status, status, "{method} {headers:?}");
        assert_eq!(set_cookies(&reply), [""; 0], "{method} {headers:?}");
    }
}

#[tokio::test]
async fn r22_r47_a_framed_login_is_refused_and_sent_nowhere() {
    let fake = FakeScalekit::new();
    let browser = Browser::new(fake.scalekit());
    for frame in ["iframe", "frame"] {
        let framed = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", frame), ("accept", "text/html")];
        for target in ["/auth/login", "/auth/login?return_to=%2Fa", "/auth/login/", "/%61uth/login"] {
            let reply = browser.serve_with(AuthRoute::Login, "GET", target, &framed).await;
            assert_eq!((reply.status, reply.header("location")), (401, None), "{frame} {target}");
            assert_eq!(set_cookies(&reply), [""; 0], "{frame} {target}");
        }
    }
}

#[tokio::test]
async fn r47_a_guard_before_the_own_routes_sends_nobody_to_where_they_are() {
    let fake = FakeScalekit::new();
    let browser = Browser::new(fake.scalekit());
    let page = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    for (path, status) in
        [("/auth/login", 401), ("/auth/callback?code=1", 401), ("/auth/logout", 401), ("/author", 303)]
    {
        let head = browser.head("GET", path, &page);
        let exchange = scalekit_session::adapter::Exchange::new(browser.scalekit.manager());
        let reply = exchange.refuse(&head.view(), scalekit_session::adapter::Refusal::Unauthenticated);
        assert_eq!(reply.status, status, "{path}");
    }
}

#[tokio::test]
async fn r22_a_flow_is_over_after_ten_minutes() {
    for (seconds, status) in [(599, 303), (600, 400)] {
        let fake = FakeScalekit::new();
        let mut browser = Browser::new(fake.scalekit());
        let begun = browser.serve(AuthRoute::Login, "GET", "/auth/login").await;
        browser.apply(&begun);
        fake.clock.advance(Duration::from_secs(seconds));
        let reply = browser.serve(AuthRoute::Callback, "GET", &browser.callback_of(&fake, &begun)).await;
        assert_eq!(reply.status, status, "{seconds} s");
    }
}

#[tokio::test]
async fn r27_every_login_is_a_new_session_and_ends_the_one_before() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    let old = browser.clone();
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    assert_ne!(old.jar.header(), browser.jar.header());
    assert!(browser.get().await.is_active());
    let answer = old.send("GET", &[]).await;
    assert!(answer.is_anonymous(), "the former session is over");
    assert_eq!(
        answer.lines, [""; 0],
        "a late response of the former session deletes no cookie of the new one"
    );
    let sealed: HashSet<_> = (0..20).map(|_| old.jar.header()).collect();
    assert_eq!(sealed.len(), 1);
}

#[tokio::test]
async fn on_login_is_asked_once_and_may_refuse() {
    let fake = FakeScalekit::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let scalekit = fake
        .builder()
        .on_login(move |login| {
            count.fetch_add(1, Ordering::SeqCst);
            async move {
                match login.profile.as_ref().and_then(|profile| profile.email.as_deref()) {
                    Some(email) if email.ends_with("@acme.example") => Ok(()),
                    _ => Err(LoginRefused::new("not of acme")),
                }
            }
        })
        .build()
        .unwrap();
    let mut browser = Browser::new(scalekit);
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    fake.set_id_claims(json!({ "email": "eve@evil.example" }));
    let mut other = Browser::new(browser.scalekit.clone());
    let reply = other.log_in(&fake, "/").await;
    assert_eq!(reply.status, 403);
    assert!(other.get().await.is_anonymous());
}

#[tokio::test]
async fn r15_a_session_larger_than_its_budget_is_refused_before_anything_is_written() {
    let fake = FakeScalekit::new();
    let many: Vec<String> = (0..700).map(|number| format!("permission{number}:read")).collect();
    fake.set_claims(json!({ "permissions": many }));
    let mut browser = Browser::new(fake.scalekit());
    let reply = browser.log_in(&fake, "/").await;
    assert_eq!(reply.status, 500);
    assert!(browser.jar.is_empty(), "{:?}", browser.jar.names());
}

#[tokio::test]
async fn r15_r34_a_large_session_gives_up_its_id_token_and_keeps_its_profile() {
    let fake = FakeScalekit::new();
    let many: Vec<String> = (0..100).map(|number| format!("permission{number}:read")).collect();
    fake.set_claims(json!({ "permissions": many }));
    let scalekit = fake.builder().cookie_budget(4000).build().unwrap();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    let session = browser.get().await.session().clone();
    assert_eq!(session.permissions().count(), 100);
    assert_eq!(session.profile().unwrap().name.as_deref(), Some("Ada"));
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    assert!(!reply.header("location").unwrap().contains("id_token_hint"));
    assert!(reply.header("location").unwrap().contains("client_id=skc_1"));
    assert!(
        reply.header("location").unwrap().contains("logout_hint=ses_1"),
        "with the hint Scalekit need not ask the user"
    );
}

#[tokio::test]
async fn r47_a_login_that_never_lasts_is_stopped_and_restored_tabs_are_no_loop() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(fake.scalekit());
    let page = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let mut redirects = 0;
    let stopped = loop {
        let head = browser.head("GET", "/dashboard", &page);
        let exchange = scalekit_session::adapter::Exchange::new(browser.scalekit.manager());
        let SessionState::Anonymous = exchange.resolve(&head.view()).await else { panic!() };
        let reply = exchange.refuse(&head.view(), scalekit_session::adapter::Refusal::Unauthenticated);
        browser.apply(&reply);
        if reply.status != 303 {
            break reply;
        }
        redirects += 1;
        assert!(redirects < 10, "the browser is redirected for ever");
        assert_eq!(browser.log_in(&fake, "/dashboard").await.status, 303);
        // The browser loses the session cookie each time.
        browser.jar.remove("__Host-scalekit");
        browser.jar.remove("__Host-scalekit-live");
    };
    assert_eq!((stopped.status, redirects), (400, 3));
    assert!(stopped.body.contains("cookies"), "{}", stopped.body);

    let mut tabs = Browser::new(fake.scalekit());
    let flows: Vec<Reply> =
        join_all((0..5).map(|_| tabs.serve(AuthRoute::Login, "GET", "/auth/login"))).await;
    flows.iter().for_each(|flow| tabs.apply(flow));
    for flow in &flows {
        let reply = tabs.serve(AuthRoute::Callback, "GET", &tabs.callback_of(&fake, flow)).await;
        assert_eq!(reply.status, 303);
        tabs.apply(&reply);
    }
    assert!(tabs.get().await.is_active());
}

#[tokio::test]
async fn r39_a_hostile_return_path_leads_to_the_default() {
    let fake = FakeScalekit::new();
    for hostile in [
        "https://evil.example/",
        "//evil.example",
        "/%5Cevil.example",
        "/auth/logout",
        "/auth/login",
        "/auth/%256cogout",
        "/auth/logout/",
        "javascript:alert(1)",
        "/%09/evil.example",
    ] {
        let mut browser = Browser::new(fake.scalekit());
        let begun = browser.serve(AuthRoute::Login, "GET", &format!("/auth/login?return_to={hostile}")).await;
        browser.apply(&begun);
        let reply = browser.serve(AuthRoute::Callback, "GET", &browser.callback_of(&fake, &begun)).await;
        assert_eq!(reply.header("location"), Some("/"), "{hostile}");
    }
}

#[tokio::test]
async fn r39_a_relay_state_leads_only_where_a_return_path_may() {
    let fake = FakeScalekit::new();
    for (relay_state, led_to) in [
        ("/reports?of=2", "/reports?of=2"),
        ("https://evil.example/", "/"),
        ("/auth/logout", "/"),
        ("/auth/%6cogout", "/"),
        ("/auth/login?prompt=login", "/"),
    ] {
        let mut browser = Browser::new(fake.scalekit());
        let token = fake.announce_login(relay_state);
        let begun =
            browser.serve(AuthRoute::Login, "GET", &format!("/auth/login?idp_initiated_login={token}")).await;
        assert!(begun.header("location").unwrap().contains("connection_id=conn_1"), "{relay_state}");
        browser.apply(&begun);
        let reply = browser.serve(AuthRoute::Callback, "GET", &browser.callback_of(&fake, &begun)).await;
        assert_eq!(reply.header("location"), Some(led_to), "{relay_state}");
    }
}
