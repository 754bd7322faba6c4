use std::time::Duration;

use crate::clock::millis;

/// A Scalekit session: one per browser, shared by all applications.
///
/// Times are milliseconds since the Unix epoch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// `ses_…`, the claim `sid`.
    pub id: String,
    /// `usr_…`, the claim `sub`.
    pub user_id: String,
    /// The organization that the session was in last.
    pub organization_id: String,
    /// Every organization that the session has been in.
    pub authenticated_organizations: Vec<String>,
    /// Every client that got a code from the session.
    pub authenticated_clients: Vec<String>,
    /// Whether it lives, and else why not.
    pub status: SessionStatus,
    /// When the person signed in.
    pub created_at: u64,
    /// When it was last used: signing in to an application, refreshing.
    pub last_active_at: u64,
    /// When it stopped living, unless it does.
    pub ended_at: Option<u64>,
}

impl Session {
    pub(crate) fn is_active(&self) -> bool {
        self.status == SessionStatus::Active
    }

    pub(crate) fn end(&mut self, status: SessionStatus, now: u64) {
        if self.is_active() {
            self.status = status;
            self.ended_at = Some(now);
        }
    }

    /// Notices a timeout that has passed.
    pub(crate) fn settle(&mut self, timeouts: Timeouts, now: u64) {
        let absolute = now.saturating_sub(self.created_at) >= millis(timeouts.absolute);
        let idle = now.saturating_sub(self.last_active_at) >= millis(timeouts.idle);
        if absolute || idle {
            self.end(SessionStatus::Expired, now);
        }
    }
}

/// Whether a session lives, and else why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionStatus {
    /// It lives.
    Active,
    /// A timeout has passed.
    Expired,
    /// It was revoked through [`Emulator::revoke_session`](crate::Emulator::revoke_session) or `/revoke`.
    Revoked,
    /// The person has logged out.
    Logout,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) absolute: Duration,
    pub(crate) idle: Duration,
}
