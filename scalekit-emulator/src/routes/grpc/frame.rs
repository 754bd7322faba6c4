//! Length-prefixed messages, one each way.

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, Full};
use prost::Message;

use super::status::{self, Status};

pub(super) const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

/// The one message of a unary call.
pub(super) fn open(body: &[u8]) -> Result<&[u8], Status> {
    let (prefix, message) =
        body.split_first_chunk::<5>().ok_or_else(|| Status::invalid("there is no message"))?;
    let [compressed, length @ ..] = *prefix;
    if compressed != 0 {
        return Err(Status::unimplemented("the emulator reads no compressed messages"));
    }
    if usize::try_from(u32::from_be_bytes(length)) != Ok(message.len()) {
        return Err(Status::invalid("there is not exactly one message"));
    }
    Ok(message)
}

/// A message, and in the trailers that all is well.
pub(super) fn answer(message: &impl Message) -> Response {
    let message = message.encode_to_vec();
    let Ok(length) = u32::try_from(message.len()) else {
        return Status::internal("the answer is too large").into_response();
    };
    let mut frame = Vec::with_capacity(5 + message.len());
    frame.push(0);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&message);
    let trailers = HeaderMap::from_iter([(status::GRPC_STATUS, HeaderValue::from(0))]);
    let body = Full::new(Bytes::from(frame)).with_trailers(async { Some(Ok(trailers)) });
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(CONTENT_TYPE, GRPC);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_length_before_it() {
        assert_eq!(open(&[0, 0, 0, 0, 2, 7, 8]).unwrap(), [7, 8]);
        assert!(open(&[0, 0, 0, 0, 0]).unwrap().is_empty());
    }

    #[test]
    fn compressed_and_torn_messages_are_refused() {
        let code = |body: &[u8]| open(body).unwrap_err().code();
        assert_eq!(code(&[1, 0, 0, 0, 1, 7]), 12);
        for torn in [&[][..], &[0, 0, 0, 0], &[0, 0, 0, 0, 2, 7], &[0, 0, 0, 0, 1, 7, 8]] {
            assert_eq!(code(torn), 3, "{torn:?}");
        }
    }
}
