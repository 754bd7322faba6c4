//! A signed-in user as the documentation's sample has it, and the request that its browser sends.

use scalekit_session::testing::TestUser;

/// An admin with a dozen permissions: an access token of about a kilobyte.
pub fn user() -> TestUser {
    let permissions = [
        "invoices:read",
        "invoices:write",
        "members:invite",
        "members:read",
        "members:remove",
        "projects:create",
        "projects:delete",
        "projects:read",
        "projects:write",
        "reports:export",
        "reports:read",
        "settings:write",
    ];
    let user = TestUser::new("usr_100000000000000001")
        .organization("org_100000000000000001")
        .role("admin")
        .profile("Ada Lovelace", "ada@acme.example");
    permissions.into_iter().fold(user, TestUser::permission)
}

/// The `Cookie` header of a browser that other parts of the site have written to as well: eight cookies with the
/// session's data in the middle, and its marker.
#[must_use]
pub fn cookie_header(session: &str) -> String {
    format!(
        "theme=dark; _ga=GA1.1.1034567890.1760000000; _gid=GA1.1.987654321.1760000000; locale=en-GB; {session}; \
         consent=analytics%3Dno%26ads%3Dno; csrftoken=5f2b0c4d9e8a7b6c5d4e3f2a1b0c9d8e; sidebar=collapsed"
    )
}
