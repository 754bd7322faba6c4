//! Headers for caches (R24), and nothing at all for those who did not ask (R19).

use crate::support::{ADA, Answer, World, navigation};

#[tokio::test]
async fn r19_a_route_that_asks_for_no_session_is_left_alone() {
    let world = World::start().await;
    let untouched = |answer: &Answer| {
        assert_eq!((answer.status, answer.body.as_str()), (200, "public"));
        for name in ["cache-control", "vary", "set-cookie"] {
            assert!(!answer.headers.contains_key(name), "{name}: {:?}", answer.headers);
        }
    };
    untouched(&world.browser().visit("/public").await);
    let mut fresh = world.signed_in(ADA).await;
    untouched(&fresh.visit("/public").await);
    let mut due = world.due(ADA).await;
    untouched(&due.visit("/public").await);
    world.pass(std::time::Duration::from_secs(3600));
    untouched(&due.visit("/public").await);
    untouched(&due.visit("/nested/inner/public").await);
    assert_eq!(world.emulator.calls().total(), 0, "nothing was refreshed, no key was fetched");
}

#[tokio::test]
async fn r19_a_request_that_changes_nothing_sets_no_cookie() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    for path in ["/me", "/maybe", "/optional", "/invoices", "/guarded", "/boom", "/status/404", "/failed/404"]
    {
        assert_eq!(browser.visit(path).await.set_cookies(), [""; 0], "{path}");
    }
    assert_eq!(world.emulator.calls().total(), 0);
}

#[tokio::test]
async fn r24_every_answer_that_read_a_session_is_private() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    for code in [200, 204, 206, 304, 400, 404, 409, 418, 422, 500, 502, 503] {
        let answer = browser.visit(&format!("/status/{code}")).await;
        assert_eq!(answer.status, code);
        assert!(answer.is_private(), "{code}: {:?}", answer.headers);
    }
    for (path, code) in [("/moved", 303), ("/boom", 500), ("/maybe", 200), ("/stricter", 200)] {
        let answer = browser.visit(path).await;
        assert_eq!(answer.status, code, "{path}");
        assert!(answer.is_private(), "{path}: {:?}", answer.headers);
    }
}

#[tokio::test]
async fn r24_the_headers_of_the_handler_are_merged_not_doubled() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    let answer = browser.visit("/cached").await;
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert_eq!(answer.headers.get_all("cache-control").iter().count(), 1);
    assert_eq!(answer.header("vary"), "accept-encoding, Cookie");
    assert_eq!(answer.headers.get_all("vary").iter().count(), 1);

    let answer = browser.visit("/stricter").await;
    assert_eq!(answer.header("cache-control"), "no-store", "as strict as ours: left alone");
    assert_eq!(answer.header("vary"), "accept, cookie");
}

#[tokio::test]
async fn r24_refusals_and_our_own_routes_say_it_once() {
    let world = World::start().await;
    let mut browser = world.browser();
    for path in ["/me", "/guarded", "/auth/login", "/auth/callback", "/auth/logout"] {
        for answer in [browser.visit(path).await, browser.call(path).await] {
            assert!(answer.is_private(), "{path}: {:?}", answer.headers);
            assert_eq!(answer.headers.get_all("cache-control").iter().count(), 1, "{path}");
            assert_eq!(answer.headers.get_all("vary").iter().count(), 1, "{path}");
        }
    }
}

#[tokio::test]
async fn r24_a_refresh_never_reaches_a_shared_cache() {
    let world = World::start().await;
    for path in ["/cached", "/status/304", "/moved", "/boom"] {
        let mut browser = world.expired(ADA).await;
        let answer = browser.send(navigation("GET", path)).await;
        assert!(!answer.set_cookies().is_empty(), "{path} rotated");
        assert!(answer.is_private(), "{path}: {:?}", answer.headers);
        assert!(!answer.header("cache-control").contains("public"), "{path}");
    }
}
