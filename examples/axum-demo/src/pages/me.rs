//! `/api/me`: the session for programs.

use axum::Json;
use scalekit_axum::Session;
use serde_json::{Value, json};

/// Without a session the answer is 401 and problem JSON, not a redirect: programs do not fill in login forms.
pub(crate) async fn me(session: Session) -> Json<Value> {
    let profile = session.profile();
    Json(json!({
        "user_id": session.user_id(),
        "name": profile.and_then(|profile| profile.name.as_deref()),
        "email": profile.and_then(|profile| profile.email.as_deref()),
        "organization_id": session.organization_id(),
        "roles": session.roles().collect::<Vec<_>>(),
        "permissions": session.permissions().collect::<Vec<_>>(),
        "expires_at": session.expires_at().as_secs(),
        "refreshes": session.refreshes(),
    }))
}
