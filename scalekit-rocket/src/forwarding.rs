//! [`Forwarding`]: lets a route of a lower rank take over.

use std::ops::Deref;

use rocket::Request;
use rocket::request::{FromRequest, Outcome};
use scalekit_session::adapter::RejectionKind::{Forbidden, Unauthenticated};

use crate::rejection::SessionRejection;

/// A guard that forwards to the route of the next rank where `G` alone would refuse. With it, `/` is a dashboard for
/// signed-in users, and a front page for all others.
///
/// This guard forwards a request without a session, and a request of a user who does not meet what `G` requires. A session
/// that cannot be checked now, and a request that another site forged, are refused all the same: an outage must not look
/// like a logout. When no other route takes the request, the request is refused as `G` alone would have refused it.
///
/// ```
/// use rocket::{get, http::Header, local::asynchronous::Client, routes};
/// use scalekit_rocket::{Forwarding, Session, SessionFairing};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
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
///
/// # #[rocket::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = rocket::build().mount("/", routes![dashboard, front_page]).attach(SessionFairing::new(&scalekit));
/// let client = Client::untracked(app).await.unwrap();
///
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// for (cookies, shown) in [(cookies, "Hello usr_1"), (String::new(), "Welcome")] {
///     let request = client.get("/").header(Header::new("host", "app.test")).header(Header::new("cookie", cookies));
///     assert_eq!(request.dispatch().await.into_string().await.unwrap(), shown);
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Forwarding<G>(G);

impl<G> Forwarding<G> {
    /// The guard `G`.
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
        match G::from_request(request).await.map(Self) {
            Outcome::Error((status, why)) if matches!(why.kind(), Unauthenticated | Forbidden) => {
                Outcome::Forward(status)
            }
            other => other,
        }
    }
}
