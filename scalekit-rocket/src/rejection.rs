//! [`SessionRejection`]: why a guard refused a request.

use std::fmt;

use rocket::Request;
use rocket::http::Status;
use rocket::response::{self, Responder};
use scalekit_session::Refusal;

use crate::reply::response;
use crate::visit::Visit;

/// Why a guard refused a request, and the response that says so: a redirect to login, a page, or problem JSON.
///
/// Rocket does not hand it to catchers; [`SessionRejection::of`] does. An application that wants pages of its own for
/// some refusals registers a catcher and answers the rest as this crate would:
///
/// ```
/// use rocket::{Either, Request, catch};
/// use scalekit_rocket::{RejectionKind, SessionRejection};
///
/// #[catch(403)]
/// fn forbidden(request: &Request<'_>) -> Either<SessionRejection, &'static str> {
///     match SessionRejection::of(request) {
///         Some(rejection) if rejection.kind() == RejectionKind::Forbidden => Either::Left(rejection),
///         _ => Either::Right("Our own page"),
///     }
/// }
/// # fn main() { let _ = rocket::catchers![forbidden]; }
/// ```
#[derive(Clone, Debug)]
pub struct SessionRejection(Repr);

#[derive(Clone, Debug)]
enum Repr {
    Refused(Refusal),
    MissingFairing,
}

/// What kind of refusal a [`SessionRejection`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectionKind {
    /// 401, or a redirect to login.
    Unauthenticated,
    /// 403: signed in, but not allowed; or sent by another site.
    Forbidden,
    /// 503: the session cannot be checked now.
    Unavailable,
    /// 421: for a host that is not served.
    Misdirected,
    /// 500: there is no [`SessionFairing`](crate::SessionFairing).
    MissingFairing,
}

impl SessionRejection {
    pub(crate) fn refused(why: Refusal) -> Self {
        Self(Repr::Refused(why))
    }

    pub(crate) fn missing_fairing() -> Self {
        tracing::error!("{MISSING_FAIRING}");
        Self(Repr::MissingFairing)
    }

    /// Why a guard of the route refused that request, the last one if there were several; `None` when none did. For
    /// catchers.
    #[must_use]
    pub fn of(request: &Request<'_>) -> Option<Self> {
        Visit::of(request)?.refusal(request).map(Self::refused)
    }

    /// What kind of refusal this is.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        match self.status().code {
            401 => RejectionKind::Unauthenticated,
            403 => RejectionKind::Forbidden,
            503 => RejectionKind::Unavailable,
            421 => RejectionKind::Misdirected,
            _ => RejectionKind::MissingFairing,
        }
    }

    /// Whether another route may try: nobody is signed in, or somebody who may not do this. An outage, a forged request
    /// and a foreign host are no reasons to.
    pub(crate) fn may_forward(&self) -> bool {
        matches!(
            &self.0,
            Repr::Refused(Refusal::Unauthenticated | Refusal::Racing | Refusal::Forbidden { .. })
        )
    }

    /// The status that chooses the catcher. The response may have another one: a page load without a session is
    /// redirected.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.0 {
            Repr::Refused(why) => Status::new(why.status()),
            Repr::MissingFairing => Status::InternalServerError,
        }
    }
}

pub(crate) const MISSING_FAIRING: &str = "no SessionFairing in this application: add `.attach(SessionFairing::new(&scalekit))` to `rocket::build()`";

impl fmt::Display for SessionRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind() {
            RejectionKind::MissingFairing => MISSING_FAIRING,
            RejectionKind::Forbidden => "the session may not do this",
            RejectionKind::Unavailable => "the session cannot be checked now",
            RejectionKind::Misdirected => "the request is for a host that is not served",
            RejectionKind::Unauthenticated => "there is no session",
        })
    }
}

impl std::error::Error for SessionRejection {}

impl<'r> Responder<'r, 'static> for SessionRejection {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match (self.0, Visit::of(request)) {
            (Repr::Refused(why), Some(visit)) => Ok(response(visit.reply(request, why))),
            // Fails closed, and tells the developer in the log, not the visitor.
            _ => Err(Status::InternalServerError),
        }
    }
}
