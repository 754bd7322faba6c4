//! [`SessionRejection`]: why an extractor refused a request.

use std::fmt;

use axum::response::{IntoResponse, Response};
use scalekit_session::adapter::{Rejection, RejectionKind};

use crate::reply::response;

/// Why an extractor refused a request, and the response that says so: a redirect to login, a page, or problem JSON.
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
