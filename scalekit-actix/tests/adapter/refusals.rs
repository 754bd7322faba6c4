//! What a request without a session is told, by each extractor.

use std::time::Duration;

use crate::support::{ADA, ADA_ID, World, program};
use http::Request;
use scalekit_emulator::Fault;

#[tokio::test]
async fn r48_a_page_load_without_a_session_goes_to_login() {
    let world = World::start().await;
    let mut browser = world.browser();
    for path in
        ["/me", "/invoices", "/guarded", "/admin", "/bare", "/nested/inner/me", "/staff/me", "/staff/lost"]
    {
        let answer = browser.visit(&format!("{path}?a=1&b=2")).await;
        assert_eq!(answer.status, 303, "{path}");
        let expected = format!("/auth/login?return_to={}%3Fa%3D1%26b%3D2", path.replace('/', "%2F"));
        assert_eq!(answer.location(), expected);
        assert_eq!(answer.set_cookies(), [""; 0], "{path}");
        assert!(answer.is_private(), "{path}: {:?}", answer.headers);
    }
    assert_eq!(world.emulator.calls().total(), 0);
}

#[tokio::test]
async fn r48_a_program_without_a_session_gets_401_and_a_problem() {
    let world = World::start().await;
    let mut browser = world.browser();
    for path in [
        "/me",
        "/invoices",
        "/guarded",
        "/admin",
        "/bare",
        "/nested/inner/me",
        "/nested/admin",
        "/staff/me",
        "/staff/lost",
    ] {
        let answer = browser.call(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        assert!(answer.header("www-authenticate").contains("/auth/login"), "{path}");
        assert_eq!((answer.location(), answer.set_cookies().len()), ("", 0), "{path}");
        assert!(answer.is_private(), "{path}: {:?}", answer.headers);
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&"login_required".into(), &401.into()));
    }
}

#[tokio::test]
async fn a_handler_may_ask_without_refusing() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    assert_eq!(browser.visit("/optional").await.body, format!("some {ADA_ID}"));
    assert_eq!(browser.visit("/maybe").await.body, format!("active {ADA_ID}"));

    let mut stranger = world.browser();
    for (path, expected) in [("/optional", "none"), ("/maybe", "anonymous")] {
        let answer = stranger.visit(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, expected));
        assert!(answer.is_private(), "{path} asked: {:?}", answer.headers);
    }
}

#[tokio::test]
async fn r09_a_session_that_cannot_be_checked_is_not_nobody() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    world.on_refresh().inject(Fault::status(503));
    for path in ["/me", "/invoices", "/guarded", "/admin", "/staff/me"] {
        for answer in [browser.visit(path).await, browser.call(path).await] {
            assert_eq!(answer.status, 503, "{path}");
            assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1, "{path}");
            assert_eq!((answer.location(), answer.set_cookies().len()), ("", 0), "{path}");
            assert!(answer.is_private(), "{path}: {:?}", answer.headers);
        }
    }
    let answer = browser.visit("/maybe").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with("unavailable"), "{}", answer.body);
    assert_eq!(world.refreshes(), 1, "r10: one attempt per interval");

    world.emulator.faults().clear();
    world.pass(Duration::from_secs(11));
    assert_eq!(browser.visit("/maybe").await.body, format!("active {ADA_ID}"));
}

/// What the documentation of `Session` warns of: actix-web makes `None` of every refusal.
#[tokio::test]
async fn an_option_takes_an_outage_for_nobody_and_costs_nobody_the_session() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    world.on_refresh().inject(Fault::status(503));
    for _ in 0..3 {
        let answer = browser.visit("/optional").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "none"));
        assert_eq!(answer.set_cookies(), [""; 0]);
        assert!(answer.is_private(), "{:?}", answer.headers);
    }
    world.emulator.faults().clear();
    world.pass(Duration::from_secs(11));
    assert_eq!(browser.visit("/optional").await.body, format!("some {ADA_ID}"));
}

#[tokio::test]
async fn r51_an_option_is_nobody_for_another_sites_form() {
    let world = World::start().await;
    let browser = world.signed_in(ADA).await;
    let forged = Request::builder().method("POST").uri("/optional").header("sec-fetch-site", "cross-site");
    let answer = browser.look(forged).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "none"));
    assert_eq!(browser.look(program("POST", "/optional")).await.body, format!("some {ADA_ID}"));
}

#[tokio::test]
async fn r51_another_sites_form_gets_no_session() {
    let world = World::start().await;
    let browser = world.signed_in(ADA).await;
    let forged =
        |path: &str| program("POST", path).header("origin", "https://evil.test").header("x-test", "forged");
    for path in ["/me", "/maybe"] {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://evil.test");
        let answer = browser.look(request).await;
        assert_eq!(answer.status, 403, "{path}");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["code"], "cross_origin", "{path}");
        assert_eq!(browser.look(program("POST", path)).await.status, 200, "{path} of this site");
        assert_eq!(browser.look(forged(path)).await.status, 200, "the browser says it is this site's");
        let old_browser = Request::builder().method("POST").uri(path).header("origin", "null");
        assert_eq!(browser.look(old_browser).await.status, 403, "{path} of a sandboxed frame");
    }
    let public = Request::builder().method("POST").uri("/public").header("sec-fetch-site", "cross-site");
    let answer = browser.look(public).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "public"), "a webhook is nobody's business");
}

#[tokio::test]
async fn a_host_that_is_not_served_gets_no_session() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    browser.origin = "http://app.evil.test".to_owned();
    assert_eq!(browser.call("/me").await.status, 421);
    assert_eq!(browser.call("/maybe").await.status, 421);
    assert_eq!(browser.call("/public").await.status, 200);
}
