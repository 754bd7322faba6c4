//! Roles and permissions, as extractors and as layers of routes.

use std::time::Duration;

use crate::support::{ADA, ADA_ID, BOB, BOB_ID, CanReadInvoices, World};
use scalekit_actix::Requirement;

#[tokio::test]
async fn who_may_gets_through() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    for path in [
        "/invoices",
        "/guarded",
        "/admin",
        "/writers",
        "/nested/admin",
        "/staff/me",
        "/nested/inner/invoices",
    ] {
        let answer = browser.call(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID), "{path}");
        assert_eq!(answer.set_cookies(), [""; 0], "r19: {path} changed nothing");
        assert!(answer.is_private(), "{path}: {:?}", answer.headers);
    }
    assert_eq!(world.emulator.calls().total(), 0);
}

#[tokio::test]
async fn who_may_not_gets_403() {
    let world = World::start().await;
    let mut browser = world.signed_in(BOB).await;
    assert_eq!(browser.call("/guarded").await.body, BOB_ID);
    for (path, missing) in [
        ("/invoices", "permission invoices:read"),
        ("/admin", "role admin"),
        ("/writers", "permission invoices:write"),
        ("/nested/admin", "role admin"),
        ("/staff/me", "role admin"),
        ("/staff/lost", "role admin"),
        ("/nested/inner/invoices", "permission invoices:read"),
    ] {
        let answer = browser.call(path).await;
        assert_eq!(answer.status, 403, "{path}");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["code"], "forbidden", "{path}");
        assert!(problem["detail"].as_str().unwrap().contains(missing), "{path}: {problem}");
        assert!(answer.is_private(), "{path}: {:?}", answer.headers);

        let page = browser.visit(path).await;
        assert_eq!((page.status, page.location()), (403, ""), "{path} as a page");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
    }
    assert_eq!(CanReadInvoices::requires().to_string(), "permission invoices:read");
}

#[tokio::test]
async fn r12_a_guard_waits_for_the_refresh_and_judges_by_the_new_claims() {
    let world = World::start().await;
    for path in ["/admin", "/nested/admin", "/staff/me", "/invoices", "/writers"] {
        let mut ada = world.expired(ADA).await;
        let answer = ada.call(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID), "{path}");
        assert_eq!(world.refreshes(), 1, "{path}: layer and handler share one look");
        assert!(!answer.set_cookies().is_empty(), "{path} hands the successor out");

        let mut bob = world.expired(BOB).await;
        let answer = bob.call(path).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(!answer.set_cookies().is_empty(), "{path}: a refusal hands the successor out too");
        assert_eq!(bob.call("/me").await.body, BOB_ID);
        assert_eq!(world.refreshes(), 1, "{path}");
    }
}

#[tokio::test]
async fn r12_new_permissions_count_in_the_request_that_refreshes() {
    let world = World::start().await;
    let mut bob = world.signed_in(BOB).await;
    assert_eq!(bob.call("/invoices").await.status, 403);
    world.emulator.set_permissions(BOB, ["invoices:read"]);
    world.emulator.set_roles(BOB, None, ["admin"]);
    assert_eq!(bob.call("/invoices").await.status, 403, "the token at hand still says otherwise");
    world.pass(Duration::from_secs(290));
    assert_eq!(bob.call("/invoices").await.status, 200);
    assert_eq!(bob.call("/admin").await.status, 200);
    assert_eq!(world.refreshes(), 1);

    world.emulator.set_permissions(BOB, [""; 0]);
    world.pass(Duration::from_secs(301));
    assert_eq!(bob.call("/invoices").await.status, 403, "what was taken away is gone");
}
