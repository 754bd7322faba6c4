//! What routes require of a session: roles, permissions, organization.

use crate::support::{Browser, FakeScalekit};
use scalekit_session::Requires;

#[tokio::test]
async fn an_empty_list_lets_nobody_in() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let answer = browser.get().await;
    let claims = answer.session().claims();
    let nothing = Vec::<String>::new;
    for never in [
        Requires::all_permissions(nothing()),
        Requires::any_permission(nothing()),
        Requires::all_roles(nothing()),
        Requires::any_role(nothing()),
        Requires::role("admin").and(Requires::all_permissions(nothing())),
    ] {
        assert!(!never.is_met_by(claims), "{never}");
        assert!(never.to_string().ends_with("of an empty list"), "{never}");
    }
    for (required, met) in [
        (Requires::all_roles(["admin"]), true),
        (Requires::all_roles(["admin", "billing"]), false),
        (Requires::any_role(["admin", "billing"]), true),
        (Requires::all_permissions(["invoices:read"]), true),
        (Requires::all_permissions(["invoices:read", "invoices:write"]), false),
    ] {
        assert_eq!(required.is_met_by(claims), met, "{required}");
    }
}
