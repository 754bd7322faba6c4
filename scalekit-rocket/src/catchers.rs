//! The catchers, which answer requests that a guard refused.

use rocket::catcher::{Catcher, Handler, Result};
use rocket::http::Status;
use rocket::response::Responder;
use rocket::{Build, Request, Rocket};

use crate::rejection::SessionRejection;

/// A catcher for every status with which a guard refuses a request, except where the application has one at `/`.
pub(crate) fn catchers(rocket: &Rocket<Build>) -> Vec<Catcher> {
    [401, 403, 421, 503]
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
        // No guard of ours refused the request: answer as if this catcher were not there.
        let rockets = Catcher::default();
        let own = request.rocket().catchers().find(|own| own.code.is_none() && is_at_root(own));
        own.unwrap_or(&rockets).handler.handle(status, request).await
    }
}

fn is_at_root(catcher: &Catcher) -> bool {
    catcher.base.path() == "/"
}
