//! [`Forwarding`]: lets a route of a lower rank take over.

use std::ops::Deref;

use rocket::outcome::Outcome::{Error, Forward, Success};
use rocket::request::{FromRequest, Outcome};
use rocket::{Ignite, Request, Rocket, Sentinel};

use crate::guard::is_missing;
use crate::rejection::SessionRejection;

/// A guard that forwards to the route of the next rank, where `G` alone would refuse: for `/` that is a dashboard for
/// some and a front page for others.
///
/// It forwards when nobody is signed in, and when the user may not do what `G` requires. A session that cannot be checked
/// now, and a request that another site forged, are refused all the same: an outage must not look like a logout. When no
/// other route takes the request, it is refused as `G` alone would have refused it.
///
/// ```
/// use rocket::get;
/// use scalekit_rocket::{Forwarding, Session};
///
/// #[get("/")]
/// fn dashboard(session: Forwarding<Session>) -> String {
///     format!("Hello {}", session.user_id())
/// }
///
/// #[get("/", rank = 2)]
/// fn front_page() -> &'static str {
///     "Welcome"
/// }
/// # fn main() { let _ = rocket::routes![dashboard, front_page]; }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Forwarding<G>(G);

impl<G> Forwarding<G> {
    /// The guard.
    #[must_use]
    pub fn into_inner(self) -> G {
        self.0
    }
}

impl<G> Deref for Forwarding<G> {
    type Target = G;

    fn deref(&self) -> &G {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r, G: FromRequest<'r, Error = SessionRejection>> FromRequest<'r> for Forwarding<G> {
    type Error = SessionRejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, SessionRejection> {
        match G::from_request(request).await {
            Success(guard) => Success(Self(guard)),
            Error((status, rejection)) if rejection.may_forward() => Forward(status),
            Error(refused) => Error(refused),
            Forward(status) => Forward(status),
        }
    }
}

impl<G> Sentinel for Forwarding<G> {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}
