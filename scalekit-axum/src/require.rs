//! [`RequireLayer`]: a guard for whole routes.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use scalekit_session::adapter::{Exchange, Rejection, Reply, Resolving};
use scalekit_session::{Requires, SessionState};
use tower_layer::Layer;
use tower_service::Service;

use crate::headers::RequestLines;
use crate::reply::response;

/// Lets only signed-in users through who meet a requirement.
///
/// Add this layer with `Router::route_layer`, inside [`SessionLayer`](crate::SessionLayer). Without a `SessionLayer`
/// around it every request gets 500. This layer waits, and boxes, only when Scalekit has to be asked: for a refresh, or
/// for its keys.
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use scalekit_axum::{RequireLayer, SessionLayer};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use tower::ServiceExt;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = Router::new()
///     .route("/invoices", get(async || "Invoices"))
///     .route_layer(RequireLayer::permission("invoices:read"))
///     .layer(SessionLayer::new(&scalekit));
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
#[derive(Clone, Debug)]
#[must_use = "a guard protects nothing until it is a layer of a route"]
pub struct RequireLayer {
    requirement: Option<Arc<Requires>>,
}

impl RequireLayer {
    /// Lets every signed-in user through.
    pub fn authenticated() -> Self {
        Self { requirement: None }
    }

    /// Lets signed-in users through who meet the requirement.
    pub fn new(requirement: Requires) -> Self {
        Self { requirement: Some(Arc::new(requirement)) }
    }

    /// Lets signed-in users through who have that permission.
    pub fn permission(name: impl Into<String>) -> Self {
        Self::new(Requires::permission(name))
    }

    /// Lets signed-in users through who have that role.
    pub fn role(name: impl Into<String>) -> Self {
        Self::new(Requires::role(name))
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = RequireService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireService { inner, requirement: self.requirement.clone() }
    }
}

/// The service that [`RequireLayer`] makes.
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use scalekit_axum::{RequireLayer, RequireService, SessionLayer};
/// # use scalekit_session::testing::TestEnvironment;
/// use tower::{Layer, ServiceExt};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let scalekit = TestEnvironment::new().scalekit();
/// let app: Router = Router::new().route("/", get(async || "For signed-in users"));
/// let guarded: RequireService<Router> = RequireLayer::authenticated().layer(app);
/// let service = SessionLayer::new(&scalekit).layer(guarded);
///
/// let request = Request::get("/").header("host", "app.test").body(Body::empty()).unwrap();
/// assert_eq!(service.oneshot(request).await.unwrap().status(), 401);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequireService<S> {
    inner: S,
    requirement: Option<Arc<Requires>>,
}

impl<S, B, R> Service<Request<B>> for RequireService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = RequireFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Some(exchange) = request.extensions().get::<Exchange>().cloned() else {
            let rejection = Rejection::not_set_up(
                "RequireLayer without SessionLayer around it: add `.layer(SessionLayer::new(&scalekit))` last",
            );
            return RequireFuture { stage: Stage::Refused { reply: Some(rejection.into_reply()) } };
        };
        let known = exchange.resolve(&RequestLines::of(&request).view()).known();
        let stage = match known {
            Ok(state) => admit(&mut self.inner, request, &exchange, state, self.requirement.as_deref()),
            // Only the clone that was polled ready may be called, so that clone goes along and a fresh one stays.
            Err(waiting) => {
                let clone = self.inner.clone();
                let inner = std::mem::replace(&mut self.inner, clone);
                let requirement = self.requirement.clone();
                Stage::Waiting { waiting, asked: Some(Asked { inner, request, exchange, requirement }) }
            }
        };
        RequireFuture { stage }
    }
}

pin_project! {
    /// The response of a [`RequireService`].
    ///
    /// ```
    /// use axum::{Router, body::Body, http::Request, routing::get};
    /// use scalekit_axum::{RequireFuture, RequireLayer};
    /// use tower::{Layer, Service};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let app: Router = Router::new().route("/", get(async || "For signed-in users"));
    /// let mut without_session_layer = RequireLayer::authenticated().layer(app);
    ///
    /// let response: RequireFuture<_, _> = without_session_layer.call(Request::new(Body::empty()));
    /// assert_eq!(response.await.unwrap().status(), 500);
    /// # }
    /// ```
    pub struct RequireFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        stage: Stage<S, B>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<S, B>
    where
        S: Service<Request<B>>,
    {
        Inner { #[pin] future: S::Future },
        Refused { reply: Option<Reply> },
        Waiting { #[pin] waiting: Resolving, asked: Option<Asked<S, B>> },
    }
}

impl<S, B, R> Future for RequireFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: From<String>,
{
    type Output = Result<Response<R>, S::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let next = match self.as_mut().project().stage.project() {
                StageProjection::Inner { future } => return future.poll(cx),
                StageProjection::Refused { reply } => {
                    let reply = reply.take().unwrap_or_else(|| Reply::new(500));
                    return Poll::Ready(Ok(response(reply)));
                }
                StageProjection::Waiting { waiting, asked } => {
                    let state = ready!(waiting.poll(cx));
                    match asked.take() {
                        Some(Asked { mut inner, request, exchange, requirement }) => {
                            admit(&mut inner, request, &exchange, state, requirement.as_deref())
                        }
                        None => Stage::Refused { reply: None },
                    }
                }
            };
            self.as_mut().project().stage.set(next);
        }
    }
}

impl<S, B> fmt::Debug for RequireFuture<S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequireFuture(..)")
    }
}

/// A request that waits while Scalekit is asked.
struct Asked<S, B> {
    inner: S,
    request: Request<B>,
    exchange: Exchange,
    requirement: Option<Arc<Requires>>,
}

/// Calls the inner service for a session that meets the requirement.
fn admit<S: Service<Request<B>>, B>(
    inner: &mut S,
    request: Request<B>,
    exchange: &Exchange,
    state: SessionState,
    requirement: Option<&Requires>,
) -> Stage<S, B> {
    let admitted = exchange.admit(state, requirement, &RequestLines::of(&request).view());
    match admitted {
        Ok(_session) => Stage::Inner { future: inner.call(request) },
        Err(rejection) => Stage::Refused { reply: Some(rejection.into_reply()) },
    }
}
