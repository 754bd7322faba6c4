//! What routes require of a session.

use crate::support::{Browser, FakeScalekit};
use scalekit_session::Requirement;

#[tokio::test]
async fn an_empty_list_lets_nobody_in() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let answer = browser.get().await;
    let claims = answer.session().claims();
    let nothing = Vec::<String>::new;
    for never in [
        Requirement::all_permissions(nothing()),
        Requirement::any_permission(nothing()),
        Requirement::all_roles(nothing()),
        Requirement::any_role(nothing()),
        Requirement::role("admin").and(Requirement::all_permissions(nothing())),
    ] {
        assert!(!never.is_met_by(claims), "{never}");
        assert!(never.to_string().ends_with("of an empty list"), "{never}");
    }
    for (required, met) in [
        (Requirement::all_roles(["admin"]), true),
        (Requirement::all_roles(["admin", "billing"]), false),
        (Requirement::any_role(["admin", "billing"]), true),
        (Requirement::all_permissions(["invoices:read"]), true),
        (Requirement::all_permissions(["invoices:read", "invoices:write"]), false),
    ] {
        assert_eq!(required.is_met_by(claims), met, "{required}");
    }
}
