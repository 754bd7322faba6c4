//! [`RequireMiddleware`]: a guard for whole routes.

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

/// Lets only signed-in users through who meet a requirement.
///
/// Add this middleware with `wrap` of a route, a resource or a scope, inside
/// [`SessionMiddleware`](crate::SessionMiddleware). Without a `SessionMiddleware` around it every request gets 500. This
/// middleware waits, and boxes, only when Scalekit has to be asked: for a refresh, or for its keys.
///
/// This is a middleware and not a [`Guard`](actix_web::guard::Guard) of actix-web, because a `Guard` cannot wait for a
/// refresh, and a `Guard` that fails means 404.
///
/// ```
/// use actix_web::{App, test, web};
/// use scalekit_actix::{RequireMiddleware, SessionMiddleware};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// # #[actix_web::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let invoices = web::get().to(async || "Invoices").wrap(RequireMiddleware::permission("invoices:read"));
/// let app = App::new().route("/invoices", invoices).wrap(SessionMiddleware::new(&scalekit));
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
#[derive(Clone, Debug)]
#[must_use = "a guard protects nothing until it wraps a route"]
pub struct RequireMiddleware {
    requirement: Option<Arc<Requires>>,
}

impl RequireMiddleware {
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

/// The service that [`RequireMiddleware`] makes.
///
/// ```
/// use actix_web::dev::{Service, ServiceRequest, Transform, fn_service};
/// use actix_web::{Error, HttpResponse, test::TestRequest};
/// use scalekit_actix::{RequireMiddleware, RequireService, SessionMiddleware};
/// # use scalekit_session::testing::TestEnvironment;
///
/// # #[actix_web::main] async fn main() {
/// let scalekit = TestEnvironment::new().scalekit();
/// let app = fn_service(async |request: ServiceRequest| {
///     Ok::<_, Error>(request.into_response(HttpResponse::Ok().body("For signed-in users")))
/// });
/// let guarded: RequireService<_> = RequireMiddleware::authenticated().new_transform(app).await.unwrap();
/// let service = SessionMiddleware::new(&scalekit).new_transform(guarded).await.unwrap();
///
/// let request = TestRequest::default().insert_header(("host", "app.test")).to_srv_request();
/// assert_eq!(service.call(request).await.unwrap().status(), 401);
/// # }
/// ```
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
        let Some(exchange) = request.extensions().get::<Exchange>().cloned() else {
            let rejection = Rejection::not_set_up(
                "RequireMiddleware without SessionMiddleware around it: add `.wrap(SessionMiddleware::new(&scalekit))` to \
                 the `App`, as the last `wrap`",
            );
            let response = ready(request.into_response(response(rejection.reply())));
            return RequireFuture { stage: Stage::Refused { response } };
        };
        let known = exchange.resolve(&RequestLines::of(request.head()).view()).known();
        let asked =
            Asked { inner: Rc::clone(&self.inner), request, exchange, requirement: self.requirement.clone() };
        let stage = match known {
            Ok(state) => asked.proceed(state),
            Err(waiting) => Stage::Waiting { waiting, asked: Some(asked) },
        };
        RequireFuture { stage }
    }
}

pin_project! {
    /// The response of a [`RequireService`].
    ///
    /// ```
    /// use actix_web::dev::{Service, ServiceRequest, Transform, fn_service};
    /// use actix_web::{Error, HttpResponse, test::TestRequest};
    /// use scalekit_actix::{RequireFuture, RequireMiddleware};
    ///
    /// # #[actix_web::main] async fn main() {
    /// let app = fn_service(async |request: ServiceRequest| {
    ///     Ok::<_, Error>(request.into_response(HttpResponse::Ok().body("For signed-in users")))
    /// });
    /// let without_session_middleware = RequireMiddleware::authenticated().new_transform(app).await.unwrap();
    ///
    /// let response: RequireFuture<_> = without_session_middleware.call(TestRequest::default().to_srv_request());
    /// assert_eq!(response.await.unwrap().status(), 500);
    /// # }
    /// ```
    pub struct RequireFuture<S: Service<ServiceRequest>> {
        #[pin]
        stage: Stage<S>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<S: Service<ServiceRequest>> {
        Inner { #[pin] future: S::Future },
        Refused { #[pin] response: Ready<ServiceResponse> },
        Waiting { #[pin] waiting: Resolving, asked: Option<Asked<S>> },
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
                        // Cannot happen: the stage changes below as soon as `asked` is taken.
                        None => return Poll::Pending,
                    }
                }
            };
            self.as_mut().project().stage.set(next);
        }
    }
}

impl<S: Service<ServiceRequest>> fmt::Debug for RequireFuture<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequireFuture(..)")
    }
}

/// A request that waits while Scalekit is asked. The request is moved and never cloned: actix-web panics when it routes a
/// request that was cloned.
struct Asked<S> {
    inner: Rc<S>,
    request: ServiceRequest,
    exchange: Exchange,
    requirement: Option<Arc<Requires>>,
}

impl<S: Service<ServiceRequest>> Asked<S> {
    fn proceed(self, state: SessionState) -> Stage<S> {
        let lines = RequestLines::of(self.request.head());
        let admitted = self.exchange.admit(state, self.requirement.as_deref(), &lines.view());
        match admitted {
            Ok(_session) => Stage::Inner { future: self.inner.call(self.request) },
            Err(rejection) => {
                let response = ready(self.request.into_response(response(rejection.reply())));
                Stage::Refused { response }
            }
        }
    }
}
