//! The management API over gRPC, as Scalekit's SDKs call it.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use prost::Message;

use self::status::Status;
use super::bearer;
use crate::calls::SESSION_SERVICE;
use crate::environment::Environment;

mod frame;
mod messages;
mod sessions;
mod status;

const LARGEST_REQUEST: usize = 1 << 20;

/// Answers what no route of HTTP has taken.
pub(super) async fn answer(State(environment): State<Arc<Environment>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !is_grpc(&parts.headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(body) = to_bytes(body, LARGEST_REQUEST).await else {
        return Status::invalid("the message is too large").into_response();
    };
    let call = Call { environment: &environment, headers: &parts.headers, body: &body };
    call.answer(parts.uri.path()).unwrap_or_else(|status| status.into_response())
}

fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split([';', '+']).next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/grpc")
}

struct Call<'a> {
    environment: &'a Environment,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl Call<'_> {
    fn answer(&self, path: &str) -> Result<Response, Status> {
        match path.strip_prefix(SESSION_SERVICE) {
            Some("GetSession") => self.act(sessions::show),
            Some("RevokeSession") => self.act(sessions::revoke),
            Some("GetUserSessions") => self.act(sessions::list),
            Some("RevokeAllUserSessions") => self.act(sessions::revoke_all),
            Some(_) | None => Err(Status::unimplemented(&format!("the emulator does not have {path}"))),
        }
    }

    fn act<Q: Message + Default, A: Message>(
        &self,
        act: impl FnOnce(&Environment, &Q) -> Result<A, Status>,
    ) -> Result<Response, Status> {
        if !bearer::is_application(self.environment, self.headers) {
            return Err(Status::unauthenticated(bearer::UNAUTHENTICATED));
        }
        let question = Q::decode(frame::open(self.body)?)
            .map_err(|error| Status::invalid(&format!("the message cannot be read: {error}")))?;
        Ok(frame::answer(&act(self.environment, &question)?))
    }
}
