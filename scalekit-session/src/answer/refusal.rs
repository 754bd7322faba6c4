//! [`Refusal`]: why a request is refused, as a value.

use std::time::Duration;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody is signed in.
    Unauthenticated,
    /// Nobody is signed in yet: a refresh lost a race whose winner's cookies are on their way.
    Racing,
    /// Split layout: somebody was signed in, and the access cookie is gone or over. `POST` to the refresh route may bring
    /// it back.
    Expired,
    /// Somebody is, but may not do this. Says what is missing.
    Forbidden {
        /// What the route requires, for the program that asks; not shown on pages.
        required: String,
    },
    /// Nothing can be known at the moment.
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
    /// Another site sent the request (R51).
    CrossOrigin,
    /// The request is for a host that this configuration does not serve.
    Misdirected,
}

impl Refusal {
    /// A stable word for programs: the `code` of the problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated | Self::Racing => "login_required",
            Self::Expired => "session_expired",
            Self::Forbidden { .. } => "forbidden",
            Self::Unavailable { .. } => "unavailable",
            Self::CrossOrigin => "cross_origin",
            Self::Misdirected => "misdirected",
        }
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthenticated | Self::Racing | Self::Expired => 401,
            Self::Forbidden { .. } | Self::CrossOrigin => 403,
            Self::Unavailable { .. } => 503,
            Self::Misdirected => 421,
        }
    }

    /// The same refusal with the reason why there is no session.
    pub(crate) fn of(self, why: NoSession) -> Self {
        match (self, why) {
            (Self::Unauthenticated, NoSession::Racing) => Self::Racing,
            (Self::Unauthenticated, NoSession::Expired) => Self::Expired,
            (other, _) => other,
        }
    }
}

/// Why there is no session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NoSession {
    /// The browser is not signed in, as far as the request tells.
    #[default]
    NotSignedIn,
    /// The session's refresh token was refused moments ago: another answer may be bringing the successor (16a).
    Racing,
    /// Split layout: there is a marker, and no access cookie that can be used. The refresh route may bring one.
    Expired,
}
