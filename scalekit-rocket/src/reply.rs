//! The core's replies and header edits as Rocket has them.

use std::io::Cursor;

use rocket::Response;
use rocket::http::Status;
use scalekit_session::adapter::{HeaderEdit, HeaderEdits, Reply};

/// A reply of the core as a response.
pub(crate) fn response(reply: Reply) -> Response<'static> {
    let mut response = Response::new();
    response.set_status(Status::new(reply.status));
    for (name, value) in reply.headers {
        response.adjoin_raw_header(name, value);
    }
    response.set_sized_body(reply.body.len(), Cursor::new(reply.body));
    response
}

/// Writes the header lines that the core decided on just before the response leaves, beside the handler's own lines. They
/// do not go through Rocket's jar, which would forget the cookies of a request that ends in a catcher.
pub(crate) fn apply(edits: &HeaderEdits, response: &mut Response<'_>) {
    for edit in edits.iter() {
        match edit {
            HeaderEdit::Append(name, value) => response.adjoin_raw_header(name, value.to_owned()),
            HeaderEdit::Replace(name, value) => {
                response.set_raw_header(name, value.to_owned());
            }
            HeaderEdit::Remove(name) => response.remove_header(name),
            other => tracing::error!(?other, "a header edit that this version does not know"),
        }
    }
}
