//! From a page, over Scalekit, back to the page.

use crate::support::{ADA, MIA, World};

#[tokio::test]
async fn a_login_leads_back_to_every_mount_point() {
    let world = World::start().await;
    for path in ["/nested/inner/me?page=3", "/nested/guarded?page=4", "/nested/bare", "/guarded?page=5"] {
        let mut browser = world.browser();
        assert_eq!(browser.log_in(&world.emulator, ADA, path).await, path);
        assert_eq!(browser.visit(path).await.status, 200, "{path}");
    }
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
