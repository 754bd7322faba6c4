use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::frame::GRPC;

pub(super) const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// Why a call failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Status {
    code: u8,
    message: String,
}

impl Status {
    pub(super) fn invalid(message: &str) -> Self {
        Self::new(3, message)
    }

    pub(super) fn not_found(message: &str) -> Self {
        Self::new(5, message)
    }

    pub(super) fn unimplemented(message: &str) -> Self {
        Self::new(12, message)
    }

    pub(super) fn internal(message: &str) -> Self {
        Self::new(13, message)
    }

    pub(super) fn unauthenticated(message: &str) -> Self {
        Self::new(16, message)
    }

    fn new(code: u8, message: &str) -> Self {
        Self { code, message: message.to_owned() }
    }

    #[cfg(test)]
    pub(super) fn code(&self) -> u8 {
        self.code
    }
}

impl IntoResponse for Status {
    /// Without a body the trailers are the headers.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, GRPC);
        headers.insert(GRPC_STATUS, HeaderValue::from(u16::from(self.code)));
        let message = utf8_percent_encode(&self.message, ESCAPED).to_string();
        if let Ok(message) = HeaderValue::try_from(message) {
            headers.insert(GRPC_MESSAGE, message);
        }
        response
    }
}
