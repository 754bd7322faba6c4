//! [`SessionRejection`]: why an extractor refused a request.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use scalekit_session::adapter::{Rejection, RejectionKind};

use crate::reply::{response, status};

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

impl ResponseError for SessionRejection {
    fn status_code(&self) -> StatusCode {
        status(self.0.reply())
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        response(self.0.reply())
    }
}
