//! [`SessionRejection`]: why an extractor refused a request.

use std::fmt;

use axum::response::{IntoResponse, Response};
use scalekit_session::adapter::{Rejection, RejectionKind};

use crate::reply::response;

/// Why an extractor refused a request, and the response that says so: a redirect to login, a page, or problem JSON.
///
/// A handler that takes a `Result` may answer some refusals itself, and return the rejection for all others:
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use scalekit_axum::{RejectionKind, Session, SessionLayer, SessionRejection};
/// # use scalekit_session::testing::TestEnvironment;
/// # use tower::ServiceExt;
///
/// async fn cart(session: Result<Session, SessionRejection>) -> Result<String, SessionRejection> {
///     match session {
///         Ok(session) => Ok(format!("The cart of {}", session.user_id())),
///         Err(why) if why.kind() == RejectionKind::Unauthenticated => Ok("An empty cart".to_owned()),
///         Err(other) => Err(other),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let scalekit = TestEnvironment::new().scalekit();
/// let app = Router::new().route("/cart", get(cart)).layer(SessionLayer::new(&scalekit));
///
/// let request = Request::get("/cart").header("host", "app.test").body(Body::empty()).unwrap();
/// let response = app.oneshot(request).await.unwrap();
/// assert_eq!(axum::body::to_bytes(response.into_body(), 1024).await.unwrap(), "An empty cart");
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

impl IntoResponse for SessionRejection {
    fn into_response(self) -> Response {
        response(self.0.into_reply())
    }
}
