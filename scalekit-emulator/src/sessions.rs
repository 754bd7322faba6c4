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
    pub authenticated_clients: Vec<AuthenticatedClient>,
    /// Whether it lives, and else why not.
    pub status: SessionStatus,
    /// When the person signed in.
    pub created_at: u64,
    /// When it was last used: signing in to an application, refreshing.
    pub last_active_at: u64,
    /// When it stopped living, unless it does.
    pub ended_at: Option<u64>,
    /// The browser of the person.
    pub user_agent: Option<String>,
    pub(crate) login_unannounced: bool,
}

/// A client that got a code from a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticatedClient {
    /// The client.
    pub client_id: String,
    /// The organization that it was given last.
    pub organization_id: String,
}

impl Session {
    pub(crate) fn is_active(&self) -> bool {
        self.status == SessionStatus::Active
    }

    /// Notes that a client gets a code for an organization.
    pub(crate) fn admit(&mut self, client_id: &str, organization_id: &str) {
        organization_id.clone_into(&mut self.organization_id);
        if !self.authenticated_organizations.iter().any(|known| known == organization_id) {
            self.authenticated_organizations.push(organization_id.to_owned());
        }
        match self.authenticated_clients.iter_mut().find(|known| known.client_id == client_id) {
            Some(known) => organization_id.clone_into(&mut known.organization_id),
            None => self.authenticated_clients.push(AuthenticatedClient {
                client_id: client_id.to_owned(),
                organization_id: organization_id.to_owned(),
            }),
        }
    }

    pub(crate) fn end(&mut self, status: SessionStatus, now: u64) {
        if self.is_active() {
            self.status = status;
            self.ended_at = Some(now);
        }
    }

    pub(crate) fn has_timed_out(&self, timeouts: Timeouts, now: u64) -> bool {
        now.saturating_sub(self.created_at) >= millis(timeouts.absolute)
            || now.saturating_sub(self.last_active_at) >= millis(timeouts.idle)
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
    /// It was revoked: [`Emulator::revoke_session`](crate::Emulator::revoke_session), the REST API, `/revoke`.
    Revoked,
    /// The person has logged out.
    Logout,
}

impl SessionStatus {
    /// As the REST API spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Logout => "logout",
        }
    }

    /// Whether `name` is this one; the case does not matter.
    pub(crate) fn is_named(self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) absolute: Duration,
    pub(crate) idle: Duration,
}
