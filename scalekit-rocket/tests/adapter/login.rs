//! From a page, over Scalekit, back to the page.

use crate::support::{ADA, ADA_ID, BOB, MIA, World, navigation};

#[tokio::test]
async fn a_login_ends_where_it_began() {
    let world = World::start().await;
    let mut browser = world.browser();
    assert_eq!(browser.log_in(&world.emulator, ADA, "/me?tab=2&q=a%20b").await, "/me?tab=2&q=a%20b");
    assert_eq!(browser.visit("/me?tab=2&q=a%20b").await.body, ADA_ID);
    assert_eq!(browser.visit("/name").await.body, "Ada Lovelace");
    assert_eq!(world.emulator.calls().token(), 1, "the code was redeemed once, nothing was refreshed");
}

#[tokio::test]
async fn a_login_leads_back_into_nested_routers() {
    let world = World::start().await;
    for path in ["/nested/inner/me?page=3", "/nested/guarded?page=4", "/nested/bare", "/guarded?page=5"] {
        let mut browser = world.browser();
        assert_eq!(browser.log_in(&world.emulator, ADA, path).await, path);
        assert_eq!(browser.visit(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn r20_login_works_on_a_site_with_prefixed_cookies() {
    let world = World::at("https://app.example.com").await;
    let mut browser = world.browser();
    assert_eq!(browser.log_in(&world.emulator, ADA, "/me").await, "/me");
    assert_eq!(browser.visit("/me").await.body, ADA_ID);
    assert!(browser.jar.names().contains(&"__Host-scalekit"), "{:?}", browser.jar.names());
    assert_eq!(browser.visit("/auth/logout").await.status, 303);
    assert_eq!(browser.jar.names(), [""; 0]);
}

#[tokio::test]
async fn r22_two_tabs_log_in_side_by_side() {
    let world = World::start().await;
    let mut browser = world.browser();
    let first = browser.visit("/auth/login?return_to=/name").await;
    let second = browser.visit("/auth/login?return_to=/maybe").await;
    for (begun, leads_to) in [(second, "/maybe"), (first, "/name")] {
        let callback = world.emulator.authenticate(begun.location(), ADA).unwrap();
        let callback = callback.strip_prefix(&world.origin).unwrap();
        assert_eq!(browser.visit(callback).await.location(), leads_to);
        assert_eq!(browser.visit("/me").await.status, 200);
    }
}

#[tokio::test]
async fn r39_a_login_never_leads_to_another_site() {
    let world = World::start().await;
    for path in
        ["//evil.test/", "https://evil.test/", "/%09/evil.test", "/\\evil.test", "javascript:alert(1)"]
    {
        let mut browser = world.browser();
        let login: String = format!("/auth/login?return_to={}", path.replace('%', "%25"));
        let begun = browser.visit(&login).await;
        let callback = world.emulator.authenticate(begun.location(), ADA).unwrap();
        let answer = browser.visit(callback.strip_prefix(&world.origin).unwrap()).await;
        let location = answer.location();
        assert!(location.starts_with('/'), "{path} led to {location}");
        assert!(!location.starts_with("//") && !location.contains('\\'), "{path} led to {location}");
    }
}

#[tokio::test]
async fn r52_a_callback_that_is_loaded_again_redeems_no_second_code() {
    let world = World::start().await;
    let mut browser = world.browser();
    let begun = browser.visit("/auth/login?return_to=/me").await;
    let callback = world.emulator.authenticate(begun.location(), ADA).unwrap();
    let callback = callback.strip_prefix(&world.origin).unwrap();

    let scanned = browser.look(navigation("HEAD", callback)).await;
    assert_eq!((scanned.status, scanned.set_cookies().len()), (204, 0), "a link scanner changes nothing");
    assert_eq!(browser.visit(callback).await.location(), "/me");
    assert_eq!(browser.visit(callback).await.location(), "/me", "the back button leads on");
    assert_eq!(world.browser().visit(callback).await.status, 400, "another browser may begin again");
    assert_eq!(world.emulator.calls().token_code, 1);
}

#[tokio::test]
async fn r52_an_error_of_scalekit_is_a_page_that_offers_to_begin_again() {
    let world = World::start().await;
    let mut browser = world.browser();
    let begun = browser.visit("/auth/login?return_to=/me").await;
    let state = begun.location().split("state=").nth(1).unwrap().split('&').next().unwrap();
    let answer = browser.visit(&format!("/auth/callback?error=access_denied&state={state}")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("return_to=%2Fme"), "{}", answer.body);
    assert!(answer.is_private(), "{:?}", answer.headers);
    assert_eq!(browser.jar.names(), [""; 0], "the flow is over");
}

#[tokio::test]
async fn a_second_login_replaces_the_first() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    let copied = browser.jar.clone();
    let begun = browser.visit("/auth/login?prompt=login").await;
    let callback = world.emulator.authenticate(begun.location(), BOB).unwrap();
    assert_eq!(browser.visit(callback.strip_prefix(&world.origin).unwrap()).await.status, 303);
    assert_ne!(browser.visit("/me").await.body, ADA_ID);

    let mut thief = world.browser();
    thief.jar = copied;
    assert_eq!(thief.call("/me").await.status, 401, "r27: the former session is over");
}

#[tokio::test]
async fn r14_the_busiest_user_logs_in_refreshes_and_logs_out() {
    let world = World::start().await;
    let mut browser = world.browser();
    assert_eq!(browser.log_in(&world.emulator, MIA, "/invoices").await, "/invoices");
    let answer = browser.visit("/invoices").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let data = browser.jar.data_name().unwrap();
    let chunk = format!("{data}.1");
    assert!(browser.jar.names().contains(&chunk.as_str()), "two hundred permissions take two cookies");

    world.pass(std::time::Duration::from_secs(400));
    let answer = browser.visit("/invoices").await;
    assert_eq!((answer.status, world.refreshes()), (200, 1), "{}", answer.body);
    assert!(answer.set_cookies().len() >= 2, "{:?}", answer.set_cookies().len());

    // r17: with fewer permissions the session shrinks, and the chunk goes.
    world.emulator.set_permissions(MIA, ["invoices:read"]);
    world.pass(std::time::Duration::from_secs(400));
    assert_eq!(browser.visit("/invoices").await.status, 200);
    assert!(!browser.jar.names().contains(&chunk.as_str()), "{:?}", browser.jar.names());
    assert_eq!(browser.visit("/invoices").await.status, 200);

    let answer = browser.visit("/auth/logout").await;
    assert!(answer.location().starts_with(world.emulator.url()), "{}", answer.location());
    assert_eq!(browser.jar.names(), [""; 0]);
}
