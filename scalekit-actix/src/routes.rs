//! The ready-made routes, for `App::configure`.

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, guard};
use scalekit_session::{Route, Scalekit, SessionManager};

use crate::headers::RequestLines;
use crate::reply::response;

/// Login, callback and logout, at the paths of the configuration: `/auth/login`, the path of the redirect URI, and
/// `/auth/logout`. Give them to [`App::configure`](actix_web::App::configure); they need no middleware.
///
/// The paths are those that the client sends, to the letter: no pattern, and nothing decoded.
pub fn routes(scalekit: &Scalekit) -> impl FnOnce(&mut ServiceConfig) + use<> {
    let manager = scalekit.manager();
    move |config| {
        let paths = manager.routes().clone();
        let ours = guard::fn_guard(move |context| paths.at(context.head().uri.path()).is_some());
        let serve = web::to(move |request: HttpRequest| {
            let route = manager.routes().at(request.uri().path());
            serve(Arc::clone(&manager), route, request)
        });
        config.service(web::scope("").guard(ours).default_service(serve));
    }
}

async fn serve(manager: Arc<dyn SessionManager>, route: Option<Route>, request: HttpRequest) -> HttpResponse {
    let Some(route) = route else {
        return HttpResponse::NotFound().finish();
    };
    let head = RequestLines::of(request.head()).view().to_head();
    drop(request);
    response(&manager.serve(route, head).await)
}
