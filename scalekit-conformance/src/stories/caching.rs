//! What shared caches may keep (R24), and what is left alone (R19).

use crate::browser::page;
use crate::cache::SharedCache;
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, Stage};

pub async fn r19_a_route_that_asks_for_no_session_is_left_alone(stage: Stage) {
    let world = stage.world().await;
    for browser in
        [world.browser(), world.signed_in(ADA).await, world.due(ADA).await, world.expired(ADA).await]
    {
        world.emulator.reset_calls();
        let answer = browser.visit("/public").await;
        assert_eq!(answer.says(), (200, "public"));
        for name in ["cache-control", "vary", "set-cookie"] {
            assert!(!answer.headers.contains_key(name), "{name}: {:?}", answer.headers);
        }
        assert_eq!(world.emulator.calls().total(), 0, "nothing was refreshed, no key was fetched");
    }
}

pub async fn r19_a_request_that_changes_nothing_sets_no_cookie(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    for path in ["/me", "/maybe", "/invoices", "/admin", "/status/404", "/status/500"] {
        assert_eq!(browser.visit(path).await.cookies(), 0, "{path}");
        world.pass(30);
    }
    assert_eq!(world.emulator.calls().total(), 0);
}

pub async fn r24_every_answer_that_read_a_session_is_private(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    for code in [200, 204, 304, 400, 404, 409, 418, 422, 500, 502, 503] {
        let answer = browser.visit(&format!("/status/{code}")).await;
        assert_eq!(answer.status, code);
        answer.assert_private();
    }
    for path in ["/me", "/maybe", "/moved", "/cached", "/admin", "/own-cookies"] {
        browser.visit(path).await.assert_private();
    }
    let stranger = world.browser();
    for path in ["/me", "/maybe", "/admin", "/auth/login", "/auth/callback", "/auth/logout"] {
        stranger.visit(path).await.assert_private();
        stranger.call(path).await.assert_private();
    }
}

pub async fn r24_what_the_handler_says_to_caches_is_merged(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let answer = browser.visit("/cached").await;
    answer.assert_private();
    assert!(!answer.header("cache-control").contains("public"));
    assert_eq!(answer.header("cdn-cache-control"), "", "it would win over cache-control at a CDN");
    assert!(answer.header("vary").to_ascii_lowercase().contains("accept-encoding"), "its own Vary stays");
}

pub async fn r24_no_cache_hands_one_users_answer_to_another(stage: Stage) {
    let world = stage.world().await;
    let cache = SharedCache::default();
    let paths = [
        "/me",
        "/maybe",
        "/cached",
        "/moved",
        "/own-cookies",
        "/status/404",
        "/status/410",
        "/invoices",
        "/admin",
    ];
    // Ada's answers, some of them with the cookies of a rotation, pass the cache first.
    for path in paths {
        let ada = world.expired(ADA).await;
        cache.send(&ada, page(path)).await;
        cache.send(&ada, page(path)).await;
    }
    let (bob, stranger) = (world.signed_in(BOB).await, world.browser());
    for path in paths {
        let answer = cache.send(&bob, page(path)).await;
        assert!(!answer.body.contains(ADA_ID), "{path}: Bob reads {}", answer.body);
        assert_eq!(answer.set_cookies().iter().filter(|line| line.contains("scalekit")).count(), 0, "{path}");
        let answer = cache.send(&stranger, page(path)).await;
        assert!(!answer.body.contains(ADA_ID) && !answer.body.contains(BOB_ID), "{path}: {}", answer.body);
    }
    assert_eq!(cache.send(&bob, page("/me")).await.says(), (200, BOB_ID));
    assert_eq!(cache.send(&stranger, page("/maybe")).await.body, "anonymous");
}

pub async fn r24_no_cache_keeps_a_login_or_a_refusal(stage: Stage) {
    let world = stage.world().await;
    let cache = SharedCache::default();
    let stranger = world.browser();
    for path in
        ["/me", "/auth/login", "/auth/login?return_to=/me", "/auth/callback?code=a&state=b", "/auth/logout"]
    {
        cache.send(&stranger, page(path)).await;
    }
    assert_eq!(cache.len(), 0, "nothing of a login may be kept");
    cache.send(&stranger, page("/public")).await;
    assert_eq!(cache.len(), 1, "a public page may");
}
