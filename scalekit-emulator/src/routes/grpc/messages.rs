//! `scalekit.v1.sessions`, as far as the emulator speaks it.

use prost::Message;

use crate::session_details::BROWSER_IP;
use crate::sessions::{Session, Timeouts};

#[derive(Clone, PartialEq, Message)]
pub(super) struct SessionDetailsRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct UserSessionDetailsRequest {
    #[prost(string, tag = "1")]
    pub(super) user_id: String,
    #[prost(uint32, tag = "2")]
    pub(super) page_size: u32,
    #[prost(string, tag = "3")]
    pub(super) page_token: String,
    #[prost(message, optional, tag = "4")]
    pub(super) filter: Option<UserSessionFilter>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct UserSessionFilter {
    #[prost(string, repeated, tag = "1")]
    pub(super) status: Vec<String>,
    #[prost(message, optional, tag = "2")]
    pub(super) start_time: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    pub(super) end_time: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct RevokeSessionRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct RevokeSessionResponse {
    #[prost(message, optional, tag = "1")]
    pub(super) revoked_session: Option<RevokedSessionDetails>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct RevokeAllUserSessionsRequest {
    #[prost(string, tag = "1")]
    pub(super) user_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct RevokeAllUserSessionsResponse {
    #[prost(message, repeated, tag = "1")]
    pub(super) revoked_sessions: Vec<RevokedSessionDetails>,
    #[prost(uint32, tag = "2")]
    pub(super) total_revoked: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct UserSessionDetails {
    #[prost(message, repeated, tag = "1")]
    pub(super) sessions: Vec<SessionDetails>,
    #[prost(string, tag = "2")]
    pub(super) next_page_token: String,
    #[prost(string, tag = "3")]
    pub(super) prev_page_token: String,
    #[prost(uint32, tag = "4")]
    pub(super) total_size: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SessionDetails {
    #[prost(string, tag = "1")]
    session_id: String,
    #[prost(string, tag = "2")]
    user_id: String,
    #[prost(string, repeated, tag = "3")]
    authenticated_organizations: Vec<String>,
    #[prost(string, tag = "4")]
    organization_id: String,
    #[prost(message, optional, tag = "5")]
    created_at: Option<Timestamp>,
    #[prost(message, optional, tag = "6")]
    updated_at: Option<Timestamp>,
    #[prost(message, optional, tag = "7")]
    idle_expires_at: Option<Timestamp>,
    #[prost(message, optional, tag = "8")]
    absolute_expires_at: Option<Timestamp>,
    #[prost(message, optional, tag = "9")]
    expired_at: Option<Timestamp>,
    #[prost(message, optional, tag = "10")]
    logout_at: Option<Timestamp>,
    #[prost(string, tag = "11")]
    status: String,
    #[prost(message, optional, tag = "12")]
    device: Option<DeviceDetails>,
    #[prost(message, optional, tag = "13")]
    last_active_at: Option<Timestamp>,
    #[prost(message, repeated, tag = "14")]
    authenticated_clients: Vec<AuthenticatedClients>,
}

/// Of the browser, the emulator knows what it says and where it is.
#[derive(Clone, PartialEq, Message)]
struct DeviceDetails {
    #[prost(string, tag = "12")]
    user_agent: String,
    #[prost(string, tag = "19")]
    ip: String,
}

#[derive(Clone, PartialEq, Message)]
struct AuthenticatedClients {
    #[prost(string, tag = "1")]
    client_id: String,
    #[prost(string, tag = "2")]
    organization_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct RevokedSessionDetails {
    #[prost(string, tag = "1")]
    session_id: String,
    #[prost(string, tag = "2")]
    user_id: String,
    #[prost(message, optional, tag = "5")]
    created_at: Option<Timestamp>,
    #[prost(message, optional, tag = "6")]
    updated_at: Option<Timestamp>,
    #[prost(message, optional, tag = "7")]
    idle_expires_at: Option<Timestamp>,
    #[prost(message, optional, tag = "8")]
    absolute_expires_at: Option<Timestamp>,
    #[prost(message, optional, tag = "9")]
    expired_at: Option<Timestamp>,
    #[prost(message, optional, tag = "10")]
    logout_at: Option<Timestamp>,
    #[prost(string, tag = "11")]
    status: String,
    #[prost(message, optional, tag = "12")]
    last_active_at: Option<Timestamp>,
}

/// `google.protobuf.Timestamp`
#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Timestamp {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl SessionDetails {
    pub(super) fn of(session: &Session, timeouts: Timeouts) -> Self {
        let times = session.times(timeouts);
        let clients = session.authenticated_clients.iter().map(|client| AuthenticatedClients {
            client_id: client.client_id.clone(),
            organization_id: client.organization_id.clone(),
        });
        Self {
            session_id: session.id.clone(),
            user_id: session.user_id.clone(),
            authenticated_organizations: session.authenticated_organizations.clone(),
            organization_id: session.organization_id.clone(),
            created_at: Some(Timestamp::at(times.created_at)),
            updated_at: Some(Timestamp::at(times.updated_at)),
            idle_expires_at: Some(Timestamp::at(times.idle_expires_at)),
            absolute_expires_at: Some(Timestamp::at(times.absolute_expires_at)),
            expired_at: times.expired_at.map(Timestamp::at),
            logout_at: times.logout_at.map(Timestamp::at),
            status: session.status.name().to_owned(),
            device: Some(DeviceDetails {
                user_agent: session.user_agent.clone().unwrap_or_default(),
                ip: BROWSER_IP.to_owned(),
            }),
            last_active_at: Some(Timestamp::at(times.last_active_at)),
            authenticated_clients: clients.collect(),
        }
    }
}

impl RevokedSessionDetails {
    pub(super) fn of(session: &Session, timeouts: Timeouts) -> Self {
        let times = session.times(timeouts);
        Self {
            session_id: session.id.clone(),
            user_id: session.user_id.clone(),
            created_at: Some(Timestamp::at(times.created_at)),
            updated_at: Some(Timestamp::at(times.updated_at)),
            idle_expires_at: Some(Timestamp::at(times.idle_expires_at)),
            absolute_expires_at: Some(Timestamp::at(times.absolute_expires_at)),
            expired_at: times.expired_at.map(Timestamp::at),
            logout_at: times.logout_at.map(Timestamp::at),
            status: session.status.name().to_owned(),
            last_active_at: Some(Timestamp::at(times.last_active_at)),
        }
    }
}

impl Timestamp {
    fn at(millis: u64) -> Self {
        Self {
            seconds: i64::try_from(millis / 1000).unwrap_or(i64::MAX),
            nanos: i32::try_from(millis % 1000).unwrap_or_default() * 1_000_000,
        }
    }

    /// `None` before 1970 and in no calendar.
    pub(super) fn millis(self) -> Option<u64> {
        let seconds = u64::try_from(self.seconds).ok()?;
        seconds.checked_mul(1000)?.checked_add(u64::try_from(self.nanos).ok()? / 1_000_000)
    }
}
