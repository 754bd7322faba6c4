//! [`SessionRejection`]: why an extractor refused a request.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use scalekit_session::adapter::{Rejection, RejectionKind};

use crate::reply::{response, status};

/// Why an extractor refused a request, and the response that says so: a redirect to login, a page, or problem JSON.
///
/// A handler that takes a `Result` may answer some refusals itself, and return the rejection for all others:
///
/// ```
/// use actix_web::{App, test, web};
/// use scalekit_actix::{RejectionKind, Session, SessionMiddleware, SessionRejection};
/// # use scalekit_session::testing::TestEnvironment;
///
/// async fn cart(session: Result<Session, SessionRejection>) -> Result<String, SessionRejection> {
///     match session {
///         Ok(session) => Ok(format!("The cart of {}", session.user_id())),
///         Err(why) if why.kind() == RejectionKind::Unauthenticated => Ok("An empty cart".to_owned()),
///         Err(other) => Err(other),
///     }
/// }
///
/// # #[actix_web::main] async fn main() {
/// let scalekit = TestEnvironment::new().scalekit();
/// let app = App::new().route("/cart", web::get().to(cart)).wrap(SessionMiddleware::new(&scalekit));
/// let app = test::init_service(app).await;
///
/// let request = test::TestRequest::with_uri("/cart").insert_header(("host", "app.test")).to_request();
/// assert_eq!(test::call_and_read_body(&app, request).await, "An empty cart");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SessionRejection(Rejection);

impl SessionRejection {
    /// What kind of refusal this is.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.0.kind()
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

impl ResponseError for SessionRejection {
    fn status_code(&self) -> StatusCode {
        status(self.0.reply())
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        response(self.0.reply())
    }
}
