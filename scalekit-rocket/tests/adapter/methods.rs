//! Which requests refresh (R13): not `OPTIONS`, and early neither `HEAD` nor a page loaded ahead.

use crate::support::{ADA, ADA_ID, World, navigation};

#[tokio::test]
async fn r13_a_get_refreshes_early() {
    let world = World::start().await;
    let mut browser = world.due(ADA).await;
    let answer = browser.visit("/me").await;
    assert_eq!((answer.status, world.refreshes()), (200, 1));
    assert!(!answer.set_cookies().is_empty());
    assert_eq!(browser.visit("/me").await.set_cookies(), [""; 0]);
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn r13_options_cost_nothing() {
    let world = World::start().await;
    for mut browser in [world.due(ADA).await, world.expired(ADA).await] {
        world.emulator.reset_calls();
        let answer = browser.send(navigation("OPTIONS", "/maybe")).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "anonymous"));
        assert_eq!(answer.set_cookies(), [""; 0]);
        let refused = browser.send(navigation("OPTIONS", "/me")).await;
        assert_eq!(refused.set_cookies(), [""; 0]);
        assert_eq!(world.emulator.calls().total(), 0);
    }
}

#[tokio::test]
async fn r13_head_refreshes_only_what_is_over() {
    let world = World::start().await;
    let mut browser = world.due(ADA).await;
    let answer = browser.send(navigation("HEAD", "/me")).await;
    assert_eq!((answer.status, answer.body.as_str(), world.refreshes()), (200, "", 0));
    assert_eq!(answer.set_cookies(), [""; 0]);

    let mut browser = world.expired(ADA).await;
    let answer = browser.send(navigation("HEAD", "/me")).await;
    assert_eq!((answer.status, world.refreshes()), (200, 1));
    assert!(!answer.set_cookies().is_empty(), "a required refresh is handed out");
}

#[tokio::test]
async fn r13_pages_loaded_ahead_refresh_only_what_is_over() {
    let world = World::start().await;
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
        ("next-router-prefetch", "1"),
    ] {
        let mut browser = world.due(ADA).await;
        let answer = browser.send(navigation("GET", "/me").header(name, value)).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID), "{name}");
        assert_eq!((world.refreshes(), answer.set_cookies().len()), (0, 0), "{name}");
    }
    for path in ["/me", "/guarded"] {
        let mut browser = world.expired(ADA).await;
        let answer = browser.send(navigation("GET", path).header("sec-purpose", "prefetch")).await;
        assert_eq!((answer.status, world.refreshes()), (200, 1));
        assert!(!answer.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn r13_a_page_loaded_ahead_is_never_sent_to_login() {
    let world = World::start().await;
    let mut browser = world.browser();
    for path in ["/me", "/invoices", "/guarded", "/admin"] {
        let answer = browser.send(navigation("GET", path).header("sec-purpose", "prefetch")).await;
        assert_eq!((answer.status, answer.location()), (503, ""), "{path}");
        assert_eq!(answer.set_cookies(), [""; 0], "{path}");
        assert!(answer.is_private(), "{path}: {:?}", answer.headers);
    }
}

#[tokio::test]
async fn r22_login_begins_for_page_loads_only() {
    let world = World::start().await;
    let mut browser = world.browser();
    for _ in 0..200 {
        let answer = browser.send(navigation("GET", "/auth/login").header("sec-purpose", "prefetch")).await;
        assert_eq!((answer.status, answer.set_cookies().len()), (204, 0));
    }
    let answer = browser.send(navigation("HEAD", "/auth/login")).await;
    assert_eq!((answer.status, answer.set_cookies().len()), (204, 0));
    let answer = browser.call("/auth/login").await;
    assert_eq!((answer.status, answer.set_cookies().len()), (401, 0));
    let answer = browser.send(navigation("POST", "/auth/login")).await;
    assert_eq!((answer.status, answer.set_cookies().len()), (405, 0));
    assert_eq!(browser.jar.names(), [""; 0]);
}
