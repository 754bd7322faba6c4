//! [`RequireLayer`]: a route-level guard.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{Request, Response, StatusCode};
use pin_project_lite::pin_project;
use scalekit_session::{Exchange, Refusal, Reply, Requirement, State};
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
    requirement: Option<Arc<Requirement>>,
}

impl RequireLayer {
    /// Everybody who is signed in.
    pub fn authenticated() -> Self {
        Self { requirement: None }
    }

    /// Everybody who is signed in and meets the requirement.
    pub fn new(requirement: Requirement) -> Self {
        Self { requirement: Some(Arc::new(requirement)) }
    }

    /// Everybody who has that permission.
    pub fn permission(name: impl Into<String>) -> Self {
        Self::new(Requirement::permission(name))
    }

    /// Everybody who has that role.
    pub fn role(name: impl Into<String>) -> Self {
        Self::new(Requirement::role(name))
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
    requirement: Option<Arc<Requirement>>,
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
        let Some(exchange) = request.extensions().get::<Arc<Exchange>>().map(Arc::clone) else {
            return RequireFuture { stage: Stage::Refused { reply: Some(missing_layer()) } };
        };
        let known = exchange.state().cloned().or_else(|| poll_once(&exchange, &request));
        let stage = match known {
            Some(state) => match verdict(&exchange, &state, self.requirement.as_deref(), &request) {
                None => Stage::Inner { future: self.inner.call(request) },
                Some(reply) => Stage::Refused { reply: Some(reply) },
            },
            // The clone that was polled ready is the one to call; a fresh clone stays behind.
            None => {
                let clone = self.inner.clone();
                let inner = std::mem::replace(&mut self.inner, clone);
                let waiting = resolve(Arc::clone(&exchange), &request);
                let requirement = self.requirement.clone();
                Stage::Waiting { waiting, parts: Some(Waiting { inner, request, exchange, requirement }) }
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
        Waiting { waiting: Pin<Box<dyn Future<Output = State> + Send>>, parts: Option<Waiting<S, B>> },
    }
}

struct Waiting<S, B> {
    inner: S,
    request: Request<B>,
    exchange: Arc<Exchange>,
    requirement: Option<Arc<Requirement>>,
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
                StageProjection::Waiting { waiting, parts } => {
                    let state = ready!(waiting.as_mut().poll(cx));
                    match parts.take() {
                        Some(parts) => parts.proceed(&state),
                        None => Stage::Refused { reply: None },
                    }
                }
            };
            self.as_mut().project().stage.set(next);
        }
    }
}

impl<S, B> Waiting<S, B>
where
    S: Service<Request<B>>,
{
    fn proceed(mut self, state: &State) -> Stage<S, B> {
        match verdict(&self.exchange, state, self.requirement.as_deref(), &self.request) {
            None => Stage::Inner { future: self.inner.call(self.request) },
            Some(reply) => Stage::Refused { reply: Some(reply) },
        }
    }
}

impl<S, B> std::fmt::Debug for RequireFuture<S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequireFuture(..)")
    }
}

/// `None` lets the request through.
fn verdict<B>(
    exchange: &Exchange,
    state: &State,
    requirement: Option<&Requirement>,
    request: &Request<B>,
) -> Option<Reply> {
    let why = match (state, requirement) {
        (State::Active(session), Some(requirement)) if !requirement.is_met_by(session.claims()) => {
            Refusal::Forbidden { required: requirement.to_string() }
        }
        _ => Refusal::of(state)?,
    };
    Some(exchange.refuse(&lines(request).view(), why))
}

/// The answer, if nothing has to be waited for.
fn poll_once<B>(exchange: &Exchange, request: &Request<B>) -> Option<State> {
    exchange.resolve(&lines(request).view()).known()
}

fn resolve<B>(exchange: Arc<Exchange>, request: &Request<B>) -> Pin<Box<dyn Future<Output = State> + Send>> {
    let head = lines(request).view().to_head();
    Box::pin(async move {
        let resolving = exchange.resolve(&head.view());
        resolving.await
    })
}

fn lines<B>(request: &Request<B>) -> RequestLines<'_> {
    RequestLines::new(request.method(), request.uri(), request.headers(), request.extensions())
}

fn missing_layer() -> Reply {
    tracing::error!(
        "RequireLayer without SessionLayer around it: add `.layer(SessionLayer::new(&scalekit))` last"
    );
    let mut reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR.as_u16());
    reply.body = "session handling is not set up".to_owned();
    reply
}
