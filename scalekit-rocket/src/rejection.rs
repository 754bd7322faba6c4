//! [`SessionRejection`]: why a guard refused a request.

use std::fmt;

use rocket::Request;
use rocket::http::Status;
use rocket::response::{self, Responder};
use scalekit_session::adapter::{Rejection, RejectionKind};

use crate::reply::response;
use crate::visit::Visit;

/// Why a guard refused a request, and the response that says so: a redirect to login, a page, or problem JSON.
///
/// Rocket does not hand it to catchers; [`SessionRejection::of`] does. An application that wants pages of its own for
/// some refusals registers a catcher and answers the rest as this crate would:
///
/// ```
/// use rocket::http::Status;
/// use rocket::{Either, Request, catch};
/// use scalekit_rocket::{RejectionKind, SessionRejection};
///
/// #[catch(403)]
/// fn forbidden(status: Status, request: &Request<'_>) -> Either<SessionRejection, &'static str> {
///     match SessionRejection::of(status, request) {
///         Some(rejection) if rejection.kind() == RejectionKind::Forbidden => Either::Left(rejection),
///         _ => Either::Right("Our own page"),
///     }
/// }
/// # fn main() { let _ = rocket::catchers![forbidden]; }
/// ```
#[derive(Clone, Debug)]
pub struct SessionRejection(Rejection);

impl SessionRejection {
    pub(crate) fn missing_fairing() -> Self {
        Self(Rejection::not_set_up(MISSING_FAIRING))
    }

    /// Why a guard of the route refused that request with that status, the last one if there were several; `None` when
    /// none did. For catchers.
    ///
    /// A refusal that an `Option` or `Result` swallowed counts too: a handler that then answers with the very same status
    /// cannot be told apart.
    #[must_use]
    pub fn of(status: Status, request: &Request<'_>) -> Option<Self> {
        Visit::of(request)?.rejection(status, request).map(Self)
    }

    /// What kind of refusal this is.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.0.kind()
    }

    /// Whether another route may try: nobody is signed in, or somebody who may not do this. An outage, a forged request
    /// and a foreign host are no reasons to.
    pub(crate) fn may_forward(&self) -> bool {
        matches!(self.kind(), RejectionKind::Unauthenticated | RejectionKind::Forbidden)
    }

    /// The status that chooses the catcher. The response may have another one: a page load without a session is
    /// redirected.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::new(self.0.status())
    }
}

pub(crate) const MISSING_FAIRING: &str = "no SessionFairing in this application: add `.attach(SessionFairing::new(&scalekit))` to `rocket::build()`";

impl From<Rejection> for SessionRejection {
    fn from(rejection: Rejection) -> Self {
        Self(rejection)
    }
}

impl fmt::Display for SessionRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SessionRejection {}

impl<'r> Responder<'r, 'static> for SessionRejection {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Ok(response(self.0.into_reply()))
    }
}
