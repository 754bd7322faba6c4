//! The core's replies and header edits as `http` 1 has them.

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use scalekit_session::adapter::{HeaderEdit, HeaderEdits, Reply};

/// A reply of the core as a response, with any body that can be made from text.
pub(crate) fn response<B: From<String>>(reply: Reply) -> Response<B> {
    let mut response = Response::new(B::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        append(response.headers_mut(), name, &value);
    }
    response
}

/// Writes the header lines that the core decided on just before the response leaves.
pub(crate) fn apply(edits: &HeaderEdits, headers: &mut HeaderMap) {
    for edit in edits.iter() {
        match edit {
            HeaderEdit::Append(name, value) => append(headers, name, value),
            HeaderEdit::Replace(name, value) => {
                headers.remove(name);
                append(headers, name, value);
            }
            HeaderEdit::Remove(name) => {
                headers.remove(name);
            }
            other => tracing::error!(?other, "a header edit that this version does not know"),
        }
    }
}

/// Appends a header line. The core makes valid values only; an invalid one is an error of this crate, and logged.
fn append(headers: &mut HeaderMap, name: &'static str, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.append(HeaderName::from_static(name), value);
        }
        Err(_) => tracing::error!(name, "a header value of the core is not a header value"),
    }
}
