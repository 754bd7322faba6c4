//! [`RequireMiddleware`]: a route-level guard.

use std::fmt;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready as poll_ready};

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, HttpMessage};
use pin_project_lite::pin_project;
use scalekit_session::adapter::{Exchange, Rejection, Resolving};
use scalekit_session::{Requires, SessionState};

use crate::headers::RequestLines;
use crate::reply::response;

/// Lets only signed-in users through who meet a requirement. Use it with `wrap` of a route, a resource or a scope, inside
/// [`SessionMiddleware`](crate::SessionMiddleware); without that one every request gets 500.
///
/// It is a middleware and not a [`Guard`](actix_web::guard::Guard) of actix-web: a guard cannot wait for a refresh, and
/// one that fails means 404.
///
/// It waits, and boxes, only when Scalekit has to be asked: for a refresh, or for its keys.
#[derive(Clone, Debug)]
#[must_use = "a guard protects nothing until it wraps a route"]
pub struct RequireMiddleware {
    requirement: Option<Arc<Requires>>,
}

impl RequireMiddleware {
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

impl<S, B> Transform<S, ServiceRequest> for RequireMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = RequireService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(RequireService { inner: Rc::new(inner), requirement: self.requirement.clone() }))
    }
}

/// The service behind [`RequireMiddleware`].
#[derive(Clone, Debug)]
pub struct RequireService<S> {
    inner: Rc<S>,
    requirement: Option<Arc<Requires>>,
}

impl<S, B> Service<ServiceRequest> for RequireService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = RequireFuture<S>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let exchange = request.extensions().get::<Exchange>().cloned();
        let Some(exchange) = exchange else {
            let rejection = Rejection::not_set_up(
                "RequireMiddleware without SessionMiddleware around it: add `.wrap(SessionMiddleware::new(&scalekit))` to \
                 the `App`, as the last `wrap`",
            );
            return RequireFuture { stage: Stage::refused(request, &rejection) };
        };
        let known = exchange.resolve(&RequestLines::of(request.head()).view()).known();
        let asked =
            Asked { inner: Rc::clone(&self.inner), request, exchange, requirement: self.requirement.clone() };
        RequireFuture {
            stage: match known {
                Ok(state) => asked.proceed(state),
                Err(waiting) => Stage::Waiting { waiting, asked: Some(asked) },
            },
        }
    }
}

pin_project! {
    /// The response of a [`RequireService`].
    pub struct RequireFuture<S>
    where
        S: Service<ServiceRequest>,
    {
        #[pin]
        stage: Stage<S>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<S>
    where
        S: Service<ServiceRequest>,
    {
        Inner { #[pin] future: S::Future },
        Refused { #[pin] response: Ready<ServiceResponse> },
        Waiting { #[pin] waiting: Resolving, asked: Option<Asked<S>> },
    }
}

impl<S> Stage<S>
where
    S: Service<ServiceRequest>,
{
    fn refused(request: ServiceRequest, rejection: &Rejection) -> Self {
        Self::Refused { response: ready(request.into_response(response(rejection.reply()))) }
    }
}

impl<S, B> Future for RequireFuture<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let next = match self.as_mut().project().stage.project() {
                StageProjection::Inner { future } => {
                    return future.poll(cx).map_ok(ServiceResponse::map_into_left_body);
                }
                StageProjection::Refused { response } => {
                    return response.poll(cx).map(|response| Ok(response.map_into_right_body()));
                }
                StageProjection::Waiting { waiting, asked } => {
                    let state = poll_ready!(waiting.poll(cx));
                    match asked.take() {
                        Some(asked) => asked.proceed(state),
                        // The stage moves on below, so nobody is asked twice.
                        None => return Poll::Pending,
                    }
                }
            };
            self.as_mut().project().stage.set(next);
        }
    }
}

impl<S> fmt::Debug for RequireFuture<S>
where
    S: Service<ServiceRequest>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequireFuture(..)")
    }
}

/// A request on its way in. It is moved, never cloned: actix-web panics while it routes a request that was cloned.
struct Asked<S> {
    inner: Rc<S>,
    request: ServiceRequest,
    exchange: Exchange,
    requirement: Option<Arc<Requires>>,
}

impl<S> Asked<S>
where
    S: Service<ServiceRequest>,
{
    fn proceed(self, state: SessionState) -> Stage<S> {
        let lines = RequestLines::of(self.request.head());
        let admitted = self.exchange.admit(state, self.requirement.as_deref(), &lines.view());
        match admitted {
            Ok(_session) => Stage::Inner { future: self.inner.call(self.request) },
            Err(rejection) => Stage::refused(self.request, &rejection),
        }
    }
}
