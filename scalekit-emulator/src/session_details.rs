//! Sessions as the REST API and webhooks show them.

use serde_json::{Value, json};

use crate::clock::millis;
use crate::sessions::{Session, SessionStatus, Timeouts};

impl Session {
    /// `SessionDetails`, its times as `time` writes them.
    pub(crate) fn details(&self, timeouts: Timeouts, time: fn(u64) -> String) -> Value {
        let mut details = self.revoked_details(timeouts, time);
        let clients = self.authenticated_clients.iter().map(
            |client| json!({ "client_id": client.client_id, "organization_id": client.organization_id }),
        );
        let more = json!({
            "organization_id": self.organization_id,
            "authenticated_organizations": self.authenticated_organizations,
            "authenticated_clients": clients.collect::<Vec<_>>(),
            "device": self.device(),
        });
        if let (Some(details), Value::Object(more)) = (details.as_object_mut(), more) {
            details.extend(more);
        }
        details
    }

    /// `RevokedSessionDetails`
    pub(crate) fn revoked_details(&self, timeouts: Timeouts, time: fn(u64) -> String) -> Value {
        let ended = |by: &[SessionStatus]| self.ended_at.filter(|_| by.contains(&self.status)).map(time);
        json!({
            "session_id": self.id,
            "user_id": self.user_id,
            "status": self.status.name(),
            "created_at": time(self.created_at),
            "updated_at": time(self.ended_at.unwrap_or(self.last_active_at)),
            "last_active_at": time(self.last_active_at),
            "idle_expires_at": time(self.last_active_at.saturating_add(millis(timeouts.idle))),
            "absolute_expires_at": time(self.created_at.saturating_add(millis(timeouts.absolute))),
            "expired_at": ended(&[SessionStatus::Expired]),
            "logout_at": ended(&[SessionStatus::Logout, SessionStatus::Revoked]),
        })
    }

    /// What is known of the browser: what it says, and that it is on this machine.
    fn device(&self) -> Value {
        json!({
            "browser": "",
            "browser_version": "",
            "device_type": "",
            "ip": "127.0.0.1",
            "location": {
                "city": "", "region": "", "region_subdivision": "", "latitude": "", "longitude": "",
            },
            "os": "",
            "os_version": "",
            "user_agent": self.user_agent.as_deref().unwrap_or_default(),
        })
    }
}
