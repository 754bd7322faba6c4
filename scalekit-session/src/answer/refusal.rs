//! [`Refusal`]: why a guard refuses a request.

use std::time::Duration;

/// Why a guard refuses a request.
///
/// ```
/// use scalekit_session::adapter::Refusal;
///
/// let refusal = Refusal::Forbidden { required: "permission invoices:read".to_owned() };
/// assert_eq!((refusal.status(), refusal.code()), (403, "forbidden"));
/// assert_eq!((Refusal::Unauthenticated.status(), Refusal::Unauthenticated.code()), (401, "login_required"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The request has no session.
    Unauthenticated,
    /// The request has no session at the moment. Scalekit refused its refresh token less than a minute ago, so another
    /// response may be bringing newer cookies to the browser.
    Racing,
    /// Split layout: a user was signed in, but the access cookie is missing or its token is over. `POST` to the refresh
    /// route may bring a new one.
    Expired,
    /// The user is signed in, but does not meet what the route requires.
    Forbidden {
        /// What the route requires. Programs get it in the problem document; pages do not show it.
        required: String,
    },
    /// Whether the request has a session cannot be known at the moment.
    Unavailable {
        /// How long the client should wait before it tries again.
        retry_after: Duration,
    },
    // R51
    /// Another site sent the request, and the request would have effects.
    CrossOrigin,
    /// The request is for a host that this configuration does not serve.
    Misdirected,
}

impl Refusal {
    /// The `code` of the problem document: a stable word for programs.
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

    /// The HTTP status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthenticated | Self::Racing | Self::Expired => 401,
            Self::Forbidden { .. } | Self::CrossOrigin => 403,
            Self::Unavailable { .. } => 503,
            Self::Misdirected => 421,
        }
    }

    /// Adds to [`Self::Unauthenticated`] why there is no session. Every other refusal stays as it is.
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
#[non_exhaustive]
pub enum NoSession {
    /// No particular reason is known.
    #[default]
    NotSignedIn,
    /// Scalekit refused the refresh token less than a minute ago: another response may be bringing its successor (row
    /// 16a).
    Racing,
    /// Split layout: the request has a marker, but no access cookie that can be used. The refresh route may find a
    /// session.
    Expired,
}
