//! Request guards: [`Session`], [`MaybeSession`], [`Authorized`] and [`RefreshableSession`].

use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use rocket::request::{FromRequest, Outcome};
use rocket::{Ignite, Request, Rocket, Sentinel};
use scalekit_session::adapter::{Exchange, Rejection, RequestHead};
use scalekit_session::{Requirement, SessionState};

use crate::forwarding::Forwarding;
use crate::rejection::SessionRejection;
use crate::visit::{Attached, Visit};

/// The session of a signed-in user. A request without a session is refused: a page load is led to login, a program
/// gets 401.
///
/// This guard fails and does not forward, so a route of a lower rank never takes over by accident. For routes by rank see
/// [`Forwarding`](crate::Forwarding).
///
/// # `Option<Session>` hides outages
///
/// Rocket makes `Option` and `Result` of every guard, and drops the reason of a refusal: a session that cannot be checked
/// now looks like a request without a session. A page that is shown without a session too takes [`MaybeSession`], which
/// tells the two apart.
///
/// ```
/// use rocket::{get, http::Header, local::asynchronous::Client, routes};
/// use scalekit_rocket::{Session, SessionFairing};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// #[get("/me")]
/// fn me(session: Session) -> String {
///     session.user_id().to_owned()
/// }
///
/// # #[rocket::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = rocket::build().mount("/", routes![me]).attach(SessionFairing::new(&scalekit));
/// let client = Client::untracked(app).await.unwrap();
///
/// let request = client.get("/me").header(Header::new("host", "app.test"));
/// assert_eq!(request.dispatch().await.status().code, 401);
///
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// let request = client.get("/me").header(Header::new("host", "app.test")).header(Header::new("cookie", cookies));
/// assert_eq!(request.dispatch().await.into_string().await.unwrap(), "usr_1");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Session(pub(crate) scalekit_session::Session);

impl Session {
    /// The core's session, to keep beyond the request.
    #[must_use]
    pub fn into_inner(self) -> scalekit_session::Session {
        self.0
    }
}

impl Deref for Session {
    type Target = scalekit_session::Session;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Session {
    type Error = SessionRejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, SessionRejection> {
        ask(request, |visit, state| visit.admit(request, state, None)).await
    }
}

/// The session, if the request has one: for pages that are shown without a session too.
///
/// Only a request that another site forged, or a request for a host that is not served, is refused.
///
/// ```
/// use rocket::{get, http::Header, local::asynchronous::Client, routes};
/// use scalekit_rocket::{MaybeSession, SessionFairing};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// #[get("/")]
/// fn home(session: MaybeSession) -> String {
///     match session {
///         MaybeSession::Active(session) => format!("Hello {}", session.user_id()),
///         MaybeSession::Anonymous => "Log in".to_owned(),
///         _ => "We cannot tell now who you are".to_owned(),
///     }
/// }
///
/// # #[rocket::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = rocket::build().mount("/", routes![home]).attach(SessionFairing::new(&scalekit));
/// let client = Client::untracked(app).await.unwrap();
///
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// for (cookies, shown) in [(cookies, "Hello usr_1"), (String::new(), "Log in")] {
///     let request = client.get("/").header(Header::new("host", "app.test")).header(Header::new("cookie", cookies));
///     assert_eq!(request.dispatch().await.into_string().await.unwrap(), shown);
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum MaybeSession {
    /// A signed-in user.
    Active(Session),
    /// There is no session.
    Anonymous,
    /// The session cannot be checked now, because Scalekit does not answer. The session is not lost.
    Unavailable {
        /// How long to wait before the next attempt.
        retry_after: Duration,
    },
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for MaybeSession {
    type Error = SessionRejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, SessionRejection> {
        ask(request, |visit, state| match state {
            SessionState::Anonymous => Ok(Self::Anonymous),
            SessionState::Unavailable { retry_after } => Ok(Self::Unavailable { retry_after }),
            other => visit.admit(request, other, None).map(Self::Active),
        })
        .await
    }
}

/// A session that meets the requirement `R`. A signed-in user who does not meet `R` is refused with 403.
///
/// ```
/// use rocket::{get, http::Header, local::asynchronous::Client, routes};
/// use scalekit_rocket::{Authorized, Requirement, Requires, SessionFairing};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// struct CanReadInvoices;
///
/// impl Requirement for CanReadInvoices {
///     fn requires() -> Requires {
///         Requires::permission("invoices:read")
///     }
/// }
///
/// #[get("/invoices")]
/// fn invoices(caller: Authorized<CanReadInvoices>) -> String {
///     format!("Invoices for {}", caller.user_id())
/// }
///
/// # #[rocket::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = rocket::build().mount("/", routes![invoices]).attach(SessionFairing::new(&scalekit));
/// let client = Client::untracked(app).await.unwrap();
///
/// let user = TestUser::new("usr_1");
/// for (user, status) in [(user.clone(), 403), (user.permission("invoices:read"), 200)] {
///     let cookies = Header::new("cookie", environment.sign_in(&scalekit, &user));
///     let request = client.get("/invoices").header(Header::new("host", "app.test")).header(cookies);
///     assert_eq!(request.dispatch().await.status().code, status);
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Authorized<R> {
    session: Session,
    requirement: PhantomData<fn() -> R>,
}

impl<R> Authorized<R> {
    /// The session, without the requirement.
    #[must_use]
    pub fn into_session(self) -> Session {
        self.session
    }
}

impl<R> Deref for Authorized<R> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

#[rocket::async_trait]
impl<'r, R: Requirement> FromRequest<'r> for Authorized<R> {
    type Error = SessionRejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, SessionRejection> {
        ask(request, |visit, state| {
            let session = visit.admit(request, state, Some(&R::requires()))?;
            Ok(Self { session, requirement: PhantomData })
        })
        .await
    }
}

/// A session that the handler can refresh at once, for example after it changed the user's roles at Scalekit. A request
/// without a session is refused as by [`Session`].
///
/// This guard copies what a refresh needs of the request: method, target, cookies and a few other headers. The other
/// guards copy nothing.
///
/// ```
/// use rocket::{http::Header, local::asynchronous::Client, post, routes};
/// use scalekit_rocket::{RefreshableSession, SessionFairing, SessionRejection};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use scalekit_session::transport::{HttpRequest, HttpResponse, Transport};
///
/// #[post("/accept")]
/// async fn accept_invitation(session: RefreshableSession) -> Result<String, SessionRejection> {
///     // First the application gives the user the role at Scalekit. Then:
///     Ok(match session.refresh().await? {
///         Some(new) => format!("editor: {} -> {}", session.has_role("editor"), new.has_role("editor")),
///         None => "Your new role counts in a few minutes".to_owned(),
///     })
/// }
///
/// # #[rocket::main] async fn main() {
/// let environment = TestEnvironment::new();
/// # let keys = std::sync::Arc::new(environment.transport());
/// # let tokens = environment.grant(&TestUser::new("usr_1").role("editor"));
/// # let tokens = format!(
/// #     r#"{{"access_token":"{}","refresh_token":"next","expires_in":300}}"#,
/// #     tokens.access_token.secret(),
/// # );
/// # let scalekit_makes_editors = move |request: HttpRequest| {
/// #     let (keys, tokens) = (keys.clone(), tokens.clone());
/// #     async move {
/// #         if request.form.is_none() { keys.send(request).await } else { Ok(HttpResponse::new(200, tokens)) }
/// #     }
/// # };
/// let scalekit = environment.builder().transport(scalekit_makes_editors).build().unwrap();
/// let app = rocket::build().mount("/", routes![accept_invitation]).attach(SessionFairing::new(&scalekit));
/// let client = Client::untracked(app).await.unwrap();
///
/// let cookies = Header::new("cookie", environment.sign_in(&scalekit, &TestUser::new("usr_1")));
/// let request = client.post("/accept").header(Header::new("host", "app.test")).header(cookies);
/// let response = request.dispatch().await;
/// assert!(response.headers().contains("set-cookie"));
/// assert_eq!(response.into_string().await.unwrap(), "editor: false -> true");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RefreshableSession {
    session: Session,
    exchange: Exchange,
    request: RequestHead,
}

impl RefreshableSession {
    /// Sends the refresh token to Scalekit now, whatever the age of the access token, and returns the session that the
    /// new tokens make. The response carries the cookies of that session.
    ///
    /// Call this before the response begins. Cookies cannot be written once the head of the response is sent, so a
    /// body that is still being streamed cannot refresh: the refresh token is not sent, and the call is refused as a
    /// request without a session.
    ///
    /// There is one refresh per request: later calls repeat the first answer. When another request with the same cookies
    /// refreshed the session shortly before, this call returns the session of that refresh, which does not know of a
    /// change made since.
    ///
    /// `None` means that there are no new tokens, and that the session at hand can still be served. The reasons are:
    /// Scalekit does not answer; Scalekit refuses the refresh token; the session has no refresh token; this request has
    /// refreshed the session already, because a refresh was due; or the cookies are split. With
    /// [`SplitCookies`](crate::SplitCookies) no handler gets the refresh token. Lead the browser to the refresh route.
    ///
    /// # Errors
    ///
    /// When the session at hand can no longer be served either. The error is the response to send: of kind
    /// [`Unavailable`](crate::RejectionKind::Unavailable) when Scalekit does not answer and the access token has expired
    /// meanwhile, of kind [`Unauthenticated`](crate::RejectionKind::Unauthenticated) when the session has ended.
    pub async fn refresh(&self) -> Result<Option<Session>, SessionRejection> {
        let refreshed = self.exchange.refresh_admitted(&self.session, &self.request.view()).await?;
        Ok(refreshed.map(Session))
    }
}

impl Deref for RefreshableSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RefreshableSession {
    type Error = SessionRejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, SessionRejection> {
        ask(request, |visit, state| {
            let session = visit.admit(request, state, None)?;
            Ok(Self { session, exchange: visit.exchange.clone(), request: visit.head(request) })
        })
        .await
    }
}

/// Asks for the session, and lets `judge` make the guard.
async fn ask<'r, G>(
    request: &'r Request<'_>,
    judge: impl FnOnce(&'r Visit, SessionState) -> Result<G, SessionRejection>,
) -> Outcome<G, SessionRejection> {
    let guarded = match Visit::of(request) {
        Some(visit) => judge(visit, visit.resolve(request).await),
        None => Err(Rejection::not_set_up(MISSING_FAIRING).into()),
    };
    match guarded {
        Ok(guard) => Outcome::Success(guard),
        Err(rejection) => Outcome::Error((rejection.status(), rejection)),
    }
}

const MISSING_FAIRING: &str = "no SessionFairing in this application: add `.attach(SessionFairing::new(&scalekit))` to `rocket::build()`";

/// Without the fairing no guard can work, so an application that lacks the fairing refuses to launch. The log says what
/// to add; Rocket's own message names the guard and the route.
macro_rules! impl_sentinel {
    ($($guard:ident $(<$of:ident>)?),+) => {$(
        impl$(<$of>)? Sentinel for $guard$(<$of>)? {
            fn abort(rocket: &Rocket<Ignite>) -> bool {
                let missing = rocket.state::<Attached>().is_none();
                if missing {
                    tracing::error!("{MISSING_FAIRING}");
                }
                missing
            }
        }
    )+};
}

impl_sentinel!(Session, MaybeSession, Authorized<R>, RefreshableSession, Forwarding<G>);
