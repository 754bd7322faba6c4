//! The catchers: what a request is told that a guard refused.

use rocket::catcher::{Catcher, Handler, Result};
use rocket::http::Status;
use rocket::response::Responder;
use rocket::{Build, Request, Rocket};

use crate::rejection::SessionRejection;

/// Every status with which a guard refuses a request.
const CODES: [u16; 4] = [401, 403, 421, 503];

/// Catchers for all those for which the application has none of its own at `/`.
pub(crate) fn catchers(rocket: &Rocket<Build>) -> Vec<Catcher> {
    CODES
        .into_iter()
        .filter(|code| !rocket.catchers().any(|own| own.code == Some(*code) && is_at_root(own)))
        .map(|code| {
            let mut catcher = Catcher::new(code, Refused);
            catcher.name = Some("scalekit".into());
            catcher
        })
        .collect()
}

#[derive(Clone)]
struct Refused;

#[rocket::async_trait]
impl Handler for Refused {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> Result<'r> {
        if let Some(rejection) = SessionRejection::of(status, request) {
            return rejection.respond_to(request);
        }
        // Not our guards' doing: as if this catcher were not there.
        match request.rocket().catchers().find(|other| other.code.is_none() && is_at_root(other)) {
            Some(other) => other.handler.handle(status, request).await,
            None => Catcher::default().handler.handle(status, request).await,
        }
    }
}

fn is_at_root(catcher: &Catcher) -> bool {
    catcher.base.path() == "/"
}
