//! [`routes`] and [`routes_with_manager`]: the ready-made routes, for `App::configure`.

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use scalekit_session::adapter::AuthRoute;
use scalekit_session::{Scalekit, SessionManager};

use crate::headers::RequestLines;
use crate::reply::response;

/// The routes for login, callback and logout, at the paths of the configuration: `/auth/login`, the path of the redirect
/// URI, and `/auth/logout`. With [`SplitCookies`](crate::SplitCookies), the route `/auth/refresh` too.
///
/// Give these routes to [`App::configure`](actix_web::App::configure). They work with
/// [`SessionMiddleware`](crate::SessionMiddleware) and without.
///
/// ```
/// use actix_web::{App, test};
/// use scalekit_actix::routes;
/// # use scalekit_session::testing::TestEnvironment;
///
/// # #[actix_web::main] async fn main() {
/// let scalekit = TestEnvironment::new().scalekit();
/// let app = test::init_service(App::new().configure(routes(&scalekit))).await;
///
/// let request = test::TestRequest::with_uri("/auth/login").insert_header(("host", "app.test")).to_request();
/// let response = test::call_service(&app, request).await;
/// assert_eq!(response.status(), 303);
/// let location = response.headers().get("location").unwrap();
/// assert!(location.to_str().unwrap().starts_with(TestEnvironment::URL));
/// # }
/// ```
#[must_use = "the routes are not there before `App::configure` has them"]
pub fn routes(scalekit: &Scalekit) -> impl FnOnce(&mut ServiceConfig) + use<> {
    routes_with_manager(scalekit.manager())
}

/// The routes of any session manager, at the paths of [`SessionManager::routes`]. [`routes`] are those of a `Scalekit`.
///
/// ```
/// use actix_web::{App, test};
/// use scalekit_actix::{SessionManager, SessionMiddleware, routes_with_manager, scalekit_session};
/// use scalekit_session::adapter::{AuthRoute, AuthRoutes, Reply, RequestHead, async_trait};
/// # use scalekit_session::adapter::{Inspection, RequestView, Resolution};
/// # use scalekit_session::{SessionState, Timestamp};
/// use std::sync::Arc;
///
/// #[derive(Debug)]
/// struct Gateway {
///     routes: AuthRoutes,
/// }
///
/// #[async_trait]
/// impl SessionManager for Gateway {
///     fn routes(&self) -> &AuthRoutes {
///         &self.routes
///     }
///
///     async fn serve(&self, _route: AuthRoute, _request: RequestHead) -> Reply {
///         Reply::see_other("https://gateway.example/login")
///     }
/// #   fn allowed_origins(&self) -> &[String] {
/// #       &[]
/// #   }
/// #   fn inspect(&self, _: &RequestView<'_>, _: Timestamp) -> Inspection {
/// #       Inspection::Settled(Resolution::new(SessionState::Anonymous))
/// #   }
///     // …
/// }
///
/// # #[actix_web::main] async fn main() {
/// let mut routes = AuthRoutes::NONE;
/// routes.login = "/login".to_owned();
/// let manager = Arc::new(Gateway { routes });
/// let app = App::new().configure(routes_with_manager(manager.clone()));
/// let app = test::init_service(app.wrap(SessionMiddleware::with_manager(manager))).await;
///
/// let response = test::call_service(&app, test::TestRequest::with_uri("/login").to_request()).await;
/// assert_eq!(response.headers().get("location").unwrap(), "https://gateway.example/login");
/// # }
/// ```
#[must_use = "the routes are not there before `App::configure` has them"]
pub fn routes_with_manager(manager: Arc<dyn SessionManager>) -> impl FnOnce(&mut ServiceConfig) + use<> {
    move |config| {
        for (route, path) in manager.routes().iter() {
            let manager = Arc::clone(&manager);
            let serve = move |request| serve(Arc::clone(&manager), route, request);
            config.service(web::resource(path).to(serve));
        }
    }
}

async fn serve(manager: Arc<dyn SessionManager>, route: AuthRoute, request: HttpRequest) -> HttpResponse {
    let head = RequestLines::of(request.head()).view().to_head();
    drop(request);
    response(&manager.serve(route, head).await)
}
