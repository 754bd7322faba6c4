use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

const REMEMBERED: usize = 1000;

/// Where the methods of the gRPC service for sessions are.
pub(crate) const SESSION_SERVICE: &str = "/scalekit.v1.sessions.SessionService/";

/// The endpoints of the emulator that are counted and that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// `/.well-known/openid-configuration`
    Discovery,
    /// `/keys`
    Keys,
    /// `/oauth/authorize`
    Authorize,
    /// `/oauth/token`
    Token,
    /// `/oidc/logout`
    Logout,
    /// `/userinfo`
    UserInfo,
    /// `/revoke`
    Revoke,
    /// `GET /api/v1/sessions/{id}`, or `GetSession` over gRPC
    Session,
    /// `POST /api/v1/sessions/{id}/revoke`, or `RevokeSession` over gRPC
    RevokeSession,
    /// `GET /api/v1/users/{id}/sessions`, or `GetUserSessions` over gRPC
    UserSessions,
    /// `POST /api/v1/users/{id}/sessions/revoke`, or `RevokeAllUserSessions` over gRPC
    RevokeUserSessions,
}

impl Endpoint {
    const NAMES: [(Self, &str); 11] = [
        (Self::Discovery, "discovery"),
        (Self::Keys, "keys"),
        (Self::Authorize, "authorize"),
        (Self::Token, "token"),
        (Self::Logout, "logout"),
        (Self::UserInfo, "userinfo"),
        (Self::Revoke, "revoke"),
        (Self::Session, "session"),
        (Self::RevokeSession, "revoke_session"),
        (Self::UserSessions, "user_sessions"),
        (Self::RevokeUserSessions, "revoke_user_sessions"),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(endpoint, _)| *endpoint)
    }

    pub(crate) fn at(path: &str) -> Option<Self> {
        Some(match path {
            "/.well-known/openid-configuration" => Self::Discovery,
            "/keys" => Self::Keys,
            "/oauth/authorize" => Self::Authorize,
            "/oauth/token" => Self::Token,
            "/oidc/logout" => Self::Logout,
            "/userinfo" => Self::UserInfo,
            "/revoke" => Self::Revoke,
            _ => return Self::of_management(path),
        })
    }

    fn of_management(path: &str) -> Option<Self> {
        match path.strip_prefix(SESSION_SERVICE) {
            Some("GetSession") => return Some(Self::Session),
            Some("RevokeSession") => return Some(Self::RevokeSession),
            Some("GetUserSessions") => return Some(Self::UserSessions),
            Some("RevokeAllUserSessions") => return Some(Self::RevokeUserSessions),
            Some(_) | None => {}
        }
        let segments = path.strip_prefix("/api/v1/")?.split('/').collect::<Vec<_>>();
        match segments.as_slice() {
            ["sessions", _] => Some(Self::Session),
            ["sessions", _, "revoke"] => Some(Self::RevokeSession),
            ["users", _, "sessions"] => Some(Self::UserSessions),
            ["users", _, "sessions", "revoke"] => Some(Self::RevokeUserSessions),
            _ => None,
        }
    }
}

/// The grants of the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrantType {
    /// `authorization_code`
    AuthorizationCode,
    /// `refresh_token`
    RefreshToken,
    /// `client_credentials`
    ClientCredentials,
}

impl GrantType {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "authorization_code" => Self::AuthorizationCode,
            "refresh_token" => Self::RefreshToken,
            "client_credentials" => Self::ClientCredentials,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }
}

/// What has been asked of the emulator since the start or the last reset.
///
/// A request counts when it arrives, whatever becomes of it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Calls {
    /// Requests to `/oauth/authorize`, and [`authenticate`](crate::Emulator::authenticate).
    pub authorize: usize,
    /// Code exchanges.
    pub token_code: usize,
    /// Refreshes.
    pub token_refresh: usize,
    /// Client-credentials requests.
    pub token_client_credentials: usize,
    /// Token requests of no known grant.
    pub token_other: usize,
    /// Requests for the signing keys.
    pub keys: usize,
    /// Requests for the discovery document.
    pub discovery: usize,
    /// Logouts.
    pub logout: usize,
    /// Requests to `/userinfo`.
    pub userinfo: usize,
    /// Requests to `/revoke`.
    pub revoke: usize,
    /// Requests for one session.
    pub session: usize,
    /// Requests to revoke one session.
    pub revoke_session: usize,
    /// Requests for the sessions of a person.
    pub user_sessions: usize,
    /// Requests to revoke the sessions of a person.
    pub revoke_user_sessions: usize,
    recent: VecDeque<Call>,
}

impl Calls {
    /// The last requests that were answered, oldest first; a thousand at most.
    #[must_use]
    pub fn recent(&self) -> Vec<Call> {
        self.recent.iter().cloned().collect()
    }

    /// All token requests.
    #[must_use]
    pub fn token(&self) -> usize {
        self.token_code + self.token_refresh + self.token_client_credentials + self.token_other
    }

    /// All requests.
    #[must_use]
    pub fn total(&self) -> usize {
        let hosted = self.authorize + self.keys + self.discovery + self.logout + self.userinfo + self.revoke;
        self.token() + hosted + self.management()
    }

    /// All requests to the management API, over REST and gRPC.
    #[must_use]
    pub fn management(&self) -> usize {
        self.session + self.revoke_session + self.user_sessions + self.revoke_user_sessions
    }

    /// Every counter by the name of its field.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        [
            ("authorize", self.authorize),
            ("token_code", self.token_code),
            ("token_refresh", self.token_refresh),
            ("token_client_credentials", self.token_client_credentials),
            ("token_other", self.token_other),
            ("keys", self.keys),
            ("discovery", self.discovery),
            ("logout", self.logout),
            ("userinfo", self.userinfo),
            ("revoke", self.revoke),
            ("session", self.session),
            ("revoke_session", self.revoke_session),
            ("user_sessions", self.user_sessions),
            ("revoke_user_sessions", self.revoke_user_sessions),
        ]
        .into_iter()
    }

    fn count(&mut self, endpoint: Endpoint, grant: Option<GrantType>) {
        let counter = match (endpoint, grant) {
            (Endpoint::Discovery, _) => &mut self.discovery,
            (Endpoint::Keys, _) => &mut self.keys,
            (Endpoint::Authorize, _) => &mut self.authorize,
            (Endpoint::Logout, _) => &mut self.logout,
            (Endpoint::UserInfo, _) => &mut self.userinfo,
            (Endpoint::Revoke, _) => &mut self.revoke,
            (Endpoint::Session, _) => &mut self.session,
            (Endpoint::RevokeSession, _) => &mut self.revoke_session,
            (Endpoint::UserSessions, _) => &mut self.user_sessions,
            (Endpoint::RevokeUserSessions, _) => &mut self.revoke_user_sessions,
            (Endpoint::Token, Some(GrantType::AuthorizationCode)) => &mut self.token_code,
            (Endpoint::Token, Some(GrantType::RefreshToken)) => &mut self.token_refresh,
            (Endpoint::Token, Some(GrantType::ClientCredentials)) => &mut self.token_client_credentials,
            (Endpoint::Token, None) => &mut self.token_other,
        };
        *counter += 1;
    }
}

/// A request and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The grant of a token request.
    pub grant: Option<GrantType>,
    /// The status, or `None` when the connection was dropped instead.
    pub status: Option<u16>,
}

#[derive(Debug, Default)]
pub(crate) struct CallLog {
    calls: Mutex<Calls>,
}

impl CallLog {
    pub(crate) fn arrived(&self, endpoint: Endpoint, grant: Option<GrantType>) {
        self.lock().count(endpoint, grant);
    }

    pub(crate) fn answered(&self, call: Call) {
        let mut calls = self.lock();
        if calls.recent.len() == REMEMBERED {
            calls.recent.pop_front();
        }
        calls.recent.push_back(call);
    }

    pub(crate) fn snapshot(&self) -> Calls {
        self.lock().clone()
    }

    pub(crate) fn reset(&self) {
        *self.lock() = Calls::default();
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
