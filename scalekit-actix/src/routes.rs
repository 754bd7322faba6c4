//! The ready-made routes, for `App::configure`.

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use scalekit_session::adapter::AuthRoute;
use scalekit_session::{Scalekit, SessionManager};

use crate::headers::RequestLines;
use crate::reply::response;

/// Login, callback and logout, at the paths of the configuration: `/auth/login`, the path of the redirect URI, and
/// `/auth/logout`; and `/auth/refresh` with [`SplitCookies`](crate::SplitCookies). Give them to [`App::configure`](actix_web::App::configure); they need no middleware.
#[must_use = "the routes are not there before `App::configure` has them"]
pub fn routes(scalekit: &Scalekit) -> impl FnOnce(&mut ServiceConfig) + use<> {
    let manager = scalekit.manager();
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
