//! [`SessionRejection`]: why an extractor refused a request.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use scalekit_session::Reply;

use crate::reply::response;

/// Why an extractor refused a request, and the response that says so: a redirect to login, a page, or problem JSON.
#[derive(Debug)]
pub struct SessionRejection(Repr);

#[derive(Debug)]
enum Repr {
    Refused(Reply),
    MissingLayer,
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
    /// 500: there is no [`SessionLayer`](crate::SessionLayer) around the handler.
    MissingLayer,
}

impl SessionRejection {
    pub(crate) fn refused(reply: Reply) -> Self {
        Self(Repr::Refused(reply))
    }

    pub(crate) fn missing_layer() -> Self {
        tracing::error!("{MISSING_LAYER}");
        Self(Repr::MissingLayer)
    }

    /// What kind of refusal this is.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        match &self.0 {
            Repr::MissingLayer => RejectionKind::MissingLayer,
            Repr::Refused(reply) => match reply.status {
                403 => RejectionKind::Forbidden,
                503 => RejectionKind::Unavailable,
                421 => RejectionKind::Misdirected,
                _ => RejectionKind::Unauthenticated,
            },
        }
    }
}

const MISSING_LAYER: &str = "no SessionLayer around this handler: add `.layer(SessionLayer::new(&scalekit))` after its \
                             route, as the last layer of the router";

impl fmt::Display for SessionRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind() {
            RejectionKind::MissingLayer => MISSING_LAYER,
            RejectionKind::Forbidden => "the session may not do this",
            RejectionKind::Unavailable => "the session cannot be checked now",
            RejectionKind::Misdirected => "the request is for a host that is not served",
            RejectionKind::Unauthenticated => "there is no session",
        })
    }
}

impl std::error::Error for SessionRejection {}

impl IntoResponse for SessionRejection {
    fn into_response(self) -> Response {
        match self.0 {
            Repr::Refused(reply) => response(reply),
            // Fails closed, and tells the developer in the log, not the visitor.
            Repr::MissingLayer => {
                (StatusCode::INTERNAL_SERVER_ERROR, "session handling is not set up").into_response()
            }
        }
    }
}
