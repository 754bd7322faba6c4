//! The core's replies and header edits as actix-web has them.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use scalekit_session::adapter::{HeaderEdit, HeaderEdits, Reply};

/// A reply of the core as a response.
pub(crate) fn response(reply: &Reply) -> HttpResponse {
    let mut response = HttpResponse::with_body(status(reply), BoxBody::new(reply.body.clone()));
    for (name, value) in &reply.headers {
        append(response.headers_mut(), name, value);
    }
    response
}

/// The status code of a reply.
pub(crate) fn status(reply: &Reply) -> StatusCode {
    StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
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
        Ok(value) => headers.append(HeaderName::from_static(name), value),
        Err(_) => tracing::error!(name, "a header value of the core is not a header value"),
    }
}
