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
/// A handler that takes a `Result` may answer some refusals itself, and return the rejection for all others:
///
/// ```
/// use rocket::{get, http::Header, local::asynchronous::Client, routes};
/// use scalekit_rocket::{RejectionKind, Session, SessionFairing, SessionRejection};
/// # use scalekit_session::testing::TestEnvironment;
///
/// #[get("/cart")]
/// fn cart(session: Result<Session, SessionRejection>) -> Result<String, SessionRejection> {
///     match session {
///         Ok(session) => Ok(format!("The cart of {}", session.user_id())),
///         Err(why) if why.kind() == RejectionKind::Unauthenticated => Ok("An empty cart".to_owned()),
///         Err(other) => Err(other),
///     }
/// }
///
/// # #[rocket::main] async fn main() {
/// let scalekit = TestEnvironment::new().scalekit();
/// let app = rocket::build().mount("/", routes![cart]).attach(SessionFairing::new(&scalekit));
/// let client = Client::untracked(app).await.unwrap();
///
/// let response = client.get("/cart").header(Header::new("host", "app.test")).dispatch().await;
/// assert_eq!(response.into_string().await.unwrap(), "An empty cart");
/// # }
/// ```
///
/// Rocket does not hand the rejection to catchers. A catcher asks [`SessionRejection::of`]:
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
    /// For catchers: why a guard of the route refused that request with that status. Of several refusals, the last one
    /// counts. `None` when no guard refused the request.
    ///
    /// A refusal that became an `Option` or a `Result` counts too: a handler that then answers with the same status cannot
    /// be told from a guard that refused.
    #[must_use]
    pub fn of(status: Status, request: &Request<'_>) -> Option<Self> {
        Visit::of(request)?.rejection(status, request).map(Self)
    }

    /// What kind of refusal this is.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.0.kind()
    }

    /// The status that chooses the catcher. The response may have another status: a page load without a session is
    /// redirected.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::new(self.0.status())
    }
}

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
