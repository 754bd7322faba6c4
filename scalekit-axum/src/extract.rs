//! Extractors: [`Session`], `Option<Session>`, [`MaybeSession`], [`Authorized`] and [`RefreshableSession`].

use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use scalekit_session::adapter::{Exchange, Rejection, RequestHead};
use scalekit_session::{Requirement, Requires, SessionState};

use crate::headers::RequestLines;
use crate::rejection::SessionRejection;

/// The session of a signed-in user. A request without a session is refused: a page load is led to login, a program
/// gets 401.
///
/// `Option<Session>` is `None` for a request without a session. It refuses as `Session` does when the session cannot be
/// checked now (503), and when there is no [`SessionLayer`](crate::SessionLayer) around the handler (500).
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use scalekit_axum::{Session, SessionLayer};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use tower::ServiceExt;
///
/// async fn me(session: Session) -> String {
///     session.user_id().to_owned()
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = Router::new().route("/me", get(me)).layer(SessionLayer::new(&scalekit));
///
/// let request = Request::get("/me").header("host", "app.test");
/// let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
/// assert_eq!(response.status(), 401);
///
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// let request = Request::get("/me").header("host", "app.test").header("cookie", cookies);
/// let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
/// assert_eq!(axum::body::to_bytes(response.into_body(), 1024).await.unwrap(), "usr_1");
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

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionRejection> {
        ask(parts).await?.admit(None)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Session {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, SessionRejection> {
        let asked = ask(parts).await?;
        match asked.state {
            SessionState::Anonymous => Ok(None),
            _ => asked.admit(None).map(Some),
        }
    }
}

/// The session, if the request has one: for pages that are shown without a session too.
///
/// Only a request that another site forged, or a request for a host that is not served, is refused.
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use scalekit_axum::{MaybeSession, SessionLayer};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use tower::ServiceExt;
///
/// async fn home(session: MaybeSession) -> String {
///     match session {
///         MaybeSession::Active(session) => format!("Hello {}", session.user_id()),
///         MaybeSession::Anonymous => "Log in".to_owned(),
///         _ => "We cannot tell now who you are".to_owned(),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = Router::new().route("/", get(home)).layer(SessionLayer::new(&scalekit));
///
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// for (cookies, shown) in [(cookies.as_str(), "Hello usr_1"), ("", "Log in")] {
///     let request = Request::get("/").header("host", "app.test").header("cookie", cookies);
///     let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
///     assert_eq!(axum::body::to_bytes(response.into_body(), 1024).await.unwrap(), shown);
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

impl<S: Send + Sync> FromRequestParts<S> for MaybeSession {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionRejection> {
        let asked = ask(parts).await?;
        match asked.state {
            SessionState::Anonymous => Ok(Self::Anonymous),
            SessionState::Unavailable { retry_after } => Ok(Self::Unavailable { retry_after }),
            _ => asked.admit(None).map(Self::Active),
        }
    }
}

/// A session that meets the requirement `R`. A signed-in user who does not meet `R` is refused with 403.
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use scalekit_axum::{Authorized, Requirement, Requires, SessionLayer};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use tower::ServiceExt;
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
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = Router::new().route("/invoices", get(invoices)).layer(SessionLayer::new(&scalekit));
///
/// let user = TestUser::new("usr_1");
/// for (user, status) in [(user.clone(), 403), (user.permission("invoices:read"), 200)] {
///     let cookies = environment.sign_in(&scalekit, &user);
///     let request = Request::get("/invoices").header("host", "app.test").header("cookie", cookies);
///     let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
///     assert_eq!(response.status(), status);
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

impl<R: Requirement, S: Send + Sync> FromRequestParts<S> for Authorized<R> {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionRejection> {
        let session = ask(parts).await?.admit(Some(&R::requires()))?;
        Ok(Self { session, requirement: PhantomData })
    }
}

/// A session that the handler can refresh at once, for example after it changed the user's roles at Scalekit. A request
/// without a session is refused as by [`Session`].
///
/// This extractor copies what a refresh needs of the request: method, target, cookies and a few other headers. The other
/// extractors copy nothing.
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::post};
/// use scalekit_axum::{RefreshableSession, SessionLayer, SessionRejection};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use scalekit_session::transport::{HttpRequest, HttpResponse, Transport};
/// # use tower::ServiceExt;
///
/// async fn accept_invitation(session: RefreshableSession) -> Result<String, SessionRejection> {
///     // First the application gives the user the role at Scalekit. Then:
///     Ok(match session.refresh().await? {
///         Some(new) => format!("editor: {} -> {}", session.has_role("editor"), new.has_role("editor")),
///         None => "Your new role counts in a few minutes".to_owned(),
///     })
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
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
/// let app = Router::new().route("/accept", post(accept_invitation)).layer(SessionLayer::new(&scalekit));
///
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// let request = Request::post("/accept").header("host", "app.test").header("cookie", cookies);
/// let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
/// assert!(response.headers().contains_key("set-cookie"));
/// assert_eq!(axum::body::to_bytes(response.into_body(), 1024).await.unwrap(), "editor: false -> true");
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

impl<S: Send + Sync> FromRequestParts<S> for RefreshableSession {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionRejection> {
        let asked = ask(parts).await?;
        let (exchange, request) = (asked.exchange.clone(), asked.request.view().to_head());
        Ok(Self { session: asked.admit(None)?, exchange, request })
    }
}

/// A request, and what is known of its session.
struct Asked<'p> {
    exchange: &'p Exchange,
    request: RequestLines<'p>,
    state: SessionState,
}

async fn ask(parts: &Parts) -> Result<Asked<'_>, SessionRejection> {
    let exchange = parts.extensions.get::<Exchange>().ok_or_else(|| {
        Rejection::not_set_up(
            "no SessionLayer around this handler: add `.layer(SessionLayer::new(&scalekit))` after its route, as the \
             last layer of the router",
        )
    })?;
    let request = RequestLines::new(&parts.method, &parts.uri, &parts.headers, &parts.extensions);
    let state = exchange.resolve(&request.view()).await;
    Ok(Asked { exchange, request, state })
}

impl Asked<'_> {
    fn admit(self, requirement: Option<&Requires>) -> Result<Session, SessionRejection> {
        Ok(Session(self.exchange.admit(self.state, requirement, &self.request.view())?))
    }
}
