//! Sessions as the management API and webhooks show them.

use serde_json::{Value, json};

use crate::clock::millis;
use crate::sessions::{Session, SessionStatus, Timeouts};

/// Only this machine reaches the emulator.
pub(crate) const BROWSER_IP: &str = "127.0.0.1";

/// When what happens to a session, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionTimes {
    pub(crate) created_at: u64,
    pub(crate) updated_at: u64,
    pub(crate) last_active_at: u64,
    pub(crate) idle_expires_at: u64,
    pub(crate) absolute_expires_at: u64,
    pub(crate) expired_at: Option<u64>,
    pub(crate) logout_at: Option<u64>,
}

impl Session {
    pub(crate) fn times(&self, timeouts: Timeouts) -> SessionTimes {
        let ended = |by: &[SessionStatus]| self.ended_at.filter(|_| by.contains(&self.status));
        SessionTimes {
            created_at: self.created_at,
            updated_at: self.ended_at.unwrap_or(self.last_active_at),
            last_active_at: self.last_active_at,
            idle_expires_at: self.last_active_at.saturating_add(millis(timeouts.idle)),
            absolute_expires_at: self.created_at.saturating_add(millis(timeouts.absolute)),
            expired_at: ended(&[SessionStatus::Expired]),
            logout_at: ended(&[SessionStatus::Logout, SessionStatus::Revoked]),
        }
    }

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
        let times = self.times(timeouts);
        json!({
            "session_id": self.id,
            "user_id": self.user_id,
            "status": self.status.name(),
            "created_at": time(times.created_at),
            "updated_at": time(times.updated_at),
            "last_active_at": time(times.last_active_at),
            "idle_expires_at": time(times.idle_expires_at),
            "absolute_expires_at": time(times.absolute_expires_at),
            "expired_at": times.expired_at.map(time),
            "logout_at": times.logout_at.map(time),
        })
    }

    /// What is known of the browser: what it says, and that it is on this machine.
    fn device(&self) -> Value {
        json!({
            "browser": "",
            "browser_version": "",
            "device_type": "",
            "ip": BROWSER_IP,
            "location": {
                "city": "", "region": "", "region_subdivision": "", "latitude": "", "longitude": "",
            },
            "os": "",
            "os_version": "",
            "user_agent": self.user_agent.as_deref().unwrap_or_default(),
        })
    }
}
