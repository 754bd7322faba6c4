//! [`RequireLayer`]: a route-level guard.

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

/// Lets only signed-in users through who meet a requirement. Use it with `Router::route_layer`, inside
/// [`SessionLayer`](crate::SessionLayer); without that one every request gets 500.
///
/// It waits, and boxes, only when Scalekit has to be asked: for a refresh, or for its keys.
#[derive(Clone, Debug)]
#[must_use = "a guard protects nothing until it is a layer of a route"]
pub struct RequireLayer {
    requirement: Option<Arc<Requires>>,
}

impl RequireLayer {
    /// Everybody who is signed in.
    pub fn authenticated() -> Self {
        Self { requirement: None }
    }

    /// Everybody who is signed in and meets the requirement.
    pub fn new(requirement: Requires) -> Self {
        Self { requirement: Some(Arc::new(requirement)) }
    }

    /// Everybody who has that permission.
    pub fn permission(name: impl Into<String>) -> Self {
        Self::new(Requires::permission(name))
    }

    /// Everybody who has that role.
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

/// The service behind [`RequireLayer`].
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
            return RequireFuture { stage: Stage::refused(rejection) };
        };
        let known = exchange.resolve(&lines(&request).view()).known();
        let stage = match known {
            Ok(state) => match admit(&exchange, state, self.requirement.as_deref(), &request) {
                Ok(()) => Stage::Inner { future: self.inner.call(request) },
                Err(rejection) => Stage::refused(rejection),
            },
            // The clone that was polled ready is the one to call; a fresh clone stays behind.
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

impl<S, B> Stage<S, B>
where
    S: Service<Request<B>>,
{
    fn refused(rejection: Rejection) -> Self {
        Self::Refused { reply: Some(rejection.into_reply()) }
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
                        Some(asked) => asked.proceed(state),
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

/// A request on its way in, while Scalekit is asked.
struct Asked<S, B> {
    inner: S,
    request: Request<B>,
    exchange: Exchange,
    requirement: Option<Arc<Requires>>,
}

impl<S, B> Asked<S, B>
where
    S: Service<Request<B>>,
{
    fn proceed(mut self, state: SessionState) -> Stage<S, B> {
        match admit(&self.exchange, state, self.requirement.as_deref(), &self.request) {
            Ok(()) => Stage::Inner { future: self.inner.call(self.request) },
            Err(rejection) => Stage::refused(rejection),
        }
    }
}

fn admit<B>(
    exchange: &Exchange,
    state: SessionState,
    requirement: Option<&Requires>,
    request: &Request<B>,
) -> Result<(), Rejection> {
    exchange.admit(state, requirement, &lines(request).view()).map(drop)
}

fn lines<B>(request: &Request<B>) -> RequestLines<'_> {
    RequestLines::new(request.method(), request.uri(), request.headers(), request.extensions())
}
