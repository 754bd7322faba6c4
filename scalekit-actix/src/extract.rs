//! Extractors: [`Session`], [`MaybeSession`], [`Authorized`] and [`RefreshableSession`].

use std::fmt;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use scalekit_session::adapter::{Exchange, Rejection, RequestHead, RequestView};
use scalekit_session::{Requirement, Requires, SessionState};

use crate::headers::RequestLines;
use crate::rejection::SessionRejection;

/// The session of a signed-in user. A request without a session is refused: a page load is led to login, a program
/// gets 401.
///
/// **Take [`MaybeSession`] for pages that are shown without a session too, not `Option<Session>`.** actix-web makes
/// `None` of every refusal of an extractor. So `Option<Session>` is `None` for a request without a session, and also for
/// a signed-in user while Scalekit does not answer, for a request that another site forged, and where
/// [`SessionMiddleware`](crate::SessionMiddleware) is missing. `Option<Session>` never lets a request in that `Session`
/// refuses, but it shows a signed-in user the page for visitors without a session.
///
/// ```
/// use actix_web::{App, test, web};
/// use scalekit_actix::{Session, SessionMiddleware};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// async fn me(session: Session) -> String {
///     session.user_id().to_owned()
/// }
///
/// # #[actix_web::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = App::new().route("/me", web::get().to(me)).wrap(SessionMiddleware::new(&scalekit));
/// let app = test::init_service(app).await;
///
/// let request = test::TestRequest::with_uri("/me").insert_header(("host", "app.test"));
/// assert_eq!(test::call_service(&app, request.to_request()).await.status(), 401);
///
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// let request = test::TestRequest::with_uri("/me").insert_header(("host", "app.test"));
/// let request = request.insert_header(("cookie", cookies)).to_request();
/// assert_eq!(test::call_and_read_body(&app, request).await, "usr_1");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Session(scalekit_session::Session);

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

impl FromRequest for Session {
    type Error = SessionRejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ask(request, |asked| asked.admit(None))
    }
}

/// The session, if the request has one: for pages that are shown without a session too.
///
/// Only a request that another site forged, or a request for a host that is not served, is refused.
///
/// ```
/// use actix_web::{App, test, web};
/// use scalekit_actix::{MaybeSession, SessionMiddleware};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// async fn home(session: MaybeSession) -> String {
///     match session {
///         MaybeSession::Active(session) => format!("Hello {}", session.user_id()),
///         MaybeSession::Anonymous => "Log in".to_owned(),
///         _ => "We cannot tell now who you are".to_owned(),
///     }
/// }
///
/// # #[actix_web::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = App::new().route("/", web::get().to(home)).wrap(SessionMiddleware::new(&scalekit));
/// let app = test::init_service(app).await;
///
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// for (cookies, shown) in [(cookies.as_str(), "Hello usr_1"), ("", "Log in")] {
///     let request = test::TestRequest::with_uri("/").insert_header(("host", "app.test"));
///     let request = request.insert_header(("cookie", cookies)).to_request();
///     assert_eq!(test::call_and_read_body(&app, request).await, shown);
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

impl FromRequest for MaybeSession {
    type Error = SessionRejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ask(request, |asked| match asked.state {
            SessionState::Anonymous => Ok(Self::Anonymous),
            SessionState::Unavailable { retry_after } => Ok(Self::Unavailable { retry_after }),
            _ => asked.admit(None).map(Self::Active),
        })
    }
}

/// A session that meets the requirement `R`. A signed-in user who does not meet `R` is refused with 403.
///
/// ```
/// use actix_web::{App, test, web};
/// use scalekit_actix::{Authorized, Requirement, Requires, SessionMiddleware};
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
/// async fn invoices(caller: Authorized<CanReadInvoices>) -> String {
///     format!("Invoices for {}", caller.user_id())
/// }
///
/// # #[actix_web::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = App::new().route("/invoices", web::get().to(invoices)).wrap(SessionMiddleware::new(&scalekit));
/// let app = test::init_service(app).await;
///
/// let user = TestUser::new("usr_1");
/// for (user, status) in [(user.clone(), 403), (user.permission("invoices:read"), 200)] {
///     let cookies = environment.sign_in(&scalekit, &user);
///     let request = test::TestRequest::with_uri("/invoices").insert_header(("host", "app.test"));
///     let request = request.insert_header(("cookie", cookies)).to_request();
///     assert_eq!(test::call_service(&app, request).await.status(), status);
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

impl<R: Requirement + 'static> FromRequest for Authorized<R> {
    type Error = SessionRejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ask(request, |asked| {
            let session = asked.admit(Some(&R::requires()))?;
            Ok(Self { session, requirement: PhantomData })
        })
    }
}

/// A session that the handler can refresh at once, for example after it changed the user's roles at Scalekit. A request
/// without a session is refused as by [`Session`].
///
/// This extractor copies what a refresh needs of the request: method, target, cookies and a few other headers. The other
/// extractors copy nothing.
///
/// ```
/// use actix_web::{App, test, web};
/// use scalekit_actix::{RefreshableSession, SessionMiddleware, SessionRejection};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use scalekit_session::transport::{HttpRequest, HttpResponse, Transport};
///
/// async fn accept_invitation(session: RefreshableSession) -> Result<String, SessionRejection> {
///     // First the application gives the user the role at Scalekit. Then:
///     Ok(match session.refresh().await? {
///         Some(new) => format!("editor: {} -> {}", session.has_role("editor"), new.has_role("editor")),
///         None => "Your new role counts in a few minutes".to_owned(),
///     })
/// }
///
/// # #[actix_web::main] async fn main() {
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
/// let app = App::new().route("/accept", web::post().to(accept_invitation));
/// let app = test::init_service(app.wrap(SessionMiddleware::new(&scalekit))).await;
///
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// let request = test::TestRequest::post().uri("/accept").insert_header(("host", "app.test"));
/// let request = request.insert_header(("cookie", cookies)).to_request();
/// let response = test::call_service(&app, request).await;
/// assert!(response.headers().contains_key("set-cookie"));
/// assert_eq!(test::read_body(response).await, "editor: false -> true");
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

impl FromRequest for RefreshableSession {
    type Error = SessionRejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ask(request, |asked| {
            let (exchange, request) = (asked.exchange.clone(), asked.request.to_head());
            Ok(Self { session: asked.admit(None)?, exchange, request })
        })
    }
}

/// The answer of an extractor. This future is ready at once and boxes nothing, unless Scalekit has to be asked: for a
/// refresh, or for its keys.
///
/// ```
/// use actix_web::{FromRequest, test};
/// use scalekit_actix::{ExtractFuture, RejectionKind, Session};
///
/// # #[actix_web::main] async fn main() {
/// let without_middleware = test::TestRequest::default().to_http_request();
/// let session: ExtractFuture<Session> = Session::extract(&without_middleware);
/// assert_eq!(session.await.unwrap_err().kind(), RejectionKind::NotSetUp);
/// # }
/// ```
pub struct ExtractFuture<T>(Stage<T>);

enum Stage<T> {
    Known(Ready<Result<T, SessionRejection>>),
    Waiting(Pin<Box<dyn Future<Output = Result<T, SessionRejection>>>>),
}

impl<T> Future for ExtractFuture<T> {
    type Output = Result<T, SessionRejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Stage::Known(answer) => Pin::new(answer).poll(cx),
            Stage::Waiting(waiting) => waiting.as_mut().poll(cx),
        }
    }
}

impl<T> fmt::Debug for ExtractFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExtractFuture(..)")
    }
}

/// Asks for the session. A future that waits owns a copy of what it needs of the request: no borrow of the extensions
/// and no clone of the request outlives this call.
fn ask<T: 'static>(
    request: &HttpRequest,
    judge: fn(Asked<'_>) -> Result<T, SessionRejection>,
) -> ExtractFuture<T> {
    let Some(exchange) = request.extensions().get::<Exchange>().cloned() else {
        let rejection = Rejection::not_set_up(
            "no SessionMiddleware around this handler: add `.wrap(SessionMiddleware::new(&scalekit))` to its `App`, as \
             the last `wrap`",
        );
        return ExtractFuture(Stage::Known(ready(Err(rejection.into()))));
    };
    let lines = RequestLines::of(request.head());
    let view = lines.view();
    ExtractFuture(match exchange.resolve(&view).known() {
        Ok(state) => Stage::Known(ready(judge(Asked { exchange: &exchange, request: &view, state }))),
        Err(waiting) => {
            let head = view.to_head();
            Stage::Waiting(Box::pin(async move {
                let state = waiting.await;
                judge(Asked { exchange: &exchange, request: &head.view(), state })
            }))
        }
    })
}

/// A request, and what is known of its session.
struct Asked<'a> {
    exchange: &'a Exchange,
    request: &'a RequestView<'a>,
    state: SessionState,
}

impl Asked<'_> {
    fn admit(self, requirement: Option<&Requires>) -> Result<Session, SessionRejection> {
        Ok(Session(self.exchange.admit(self.state, requirement, self.request)?))
    }
}
