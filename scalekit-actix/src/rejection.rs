//! [`SessionRejection`]: why an extractor refused a request.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use scalekit_session::Reply;

use crate::reply::{response, status};

/// Why an extractor refused a request, and the response that says so: a redirect to login, a page, or problem JSON.
#[derive(Debug)]
pub struct SessionRejection(Repr);

#[derive(Debug)]
enum Repr {
    Refused(Reply),
    MissingMiddleware,
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
    /// 500: there is no [`SessionMiddleware`](crate::SessionMiddleware) around the handler.
    MissingMiddleware,
}

impl SessionRejection {
    pub(crate) fn refused(reply: Reply) -> Self {
        Self(Repr::Refused(reply))
    }

    pub(crate) fn missing_middleware() -> Self {
        tracing::error!("{MISSING_MIDDLEWARE}");
        Self(Repr::MissingMiddleware)
    }

    /// What kind of refusal this is.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        match &self.0 {
            Repr::MissingMiddleware => RejectionKind::MissingMiddleware,
            Repr::Refused(reply) => match reply.status {
                403 => RejectionKind::Forbidden,
                503 => RejectionKind::Unavailable,
                421 => RejectionKind::Misdirected,
                _ => RejectionKind::Unauthenticated,
            },
        }
    }
}

const MISSING_MIDDLEWARE: &str = "no SessionMiddleware around this handler: add \
                                  `.wrap(SessionMiddleware::new(&scalekit))` to its `App`, as the last `wrap`";

impl fmt::Display for SessionRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind() {
            RejectionKind::MissingMiddleware => MISSING_MIDDLEWARE,
            RejectionKind::Forbidden => "the session may not do this",
            RejectionKind::Unavailable => "the session cannot be checked now",
            RejectionKind::Misdirected => "the request is for a host that is not served",
            RejectionKind::Unauthenticated => "there is no session",
        })
    }
}

impl std::error::Error for SessionRejection {}

impl ResponseError for SessionRejection {
    fn status_code(&self) -> StatusCode {
        match &self.0 {
            Repr::Refused(reply) => status(reply),
            Repr::MissingMiddleware => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match &self.0 {
            Repr::Refused(reply) => response(reply),
            // Fails closed, and tells the developer in the log, not the visitor.
            Repr::MissingMiddleware => {
                HttpResponse::with_body(self.status_code(), BoxBody::new("session handling is not set up"))
            }
        }
    }
}
