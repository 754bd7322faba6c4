//! `/api/me`: the session for programs.

use scalekit_session::Session;
use serde_json::{Value, json};

/// What a program may know about a session.
#[must_use]
pub fn me(session: &Session) -> Value {
    let profile = session.profile();
    json!({
        "user_id": session.user_id(),
        "name": profile.and_then(|profile| profile.name.as_deref()),
        "email": profile.and_then(|profile| profile.email.as_deref()),
        "organization_id": session.organization_id(),
        "roles": session.roles().collect::<Vec<_>>(),
        "permissions": session.permissions().collect::<Vec<_>>(),
        "expires_at": session.expires_at().as_secs(),
        "refreshes": session.refreshes(),
    })
}
