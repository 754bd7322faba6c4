//! "Acme Workspace": what an actix-web application with Scalekit login looks like.
//!
//! [`app`] is the application. [`Demo`] starts it as `main` does: with Scalekit, or with an emulator in its place.

mod demo;
mod handlers;
mod loopback;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App, Error, web};
use scalekit_actix::{Scalekit, SessionMiddleware, routes};

pub use demo::{Demo, StartError, connect};

/// Every route of the application. Login, callback and logout come with the session crate.
///
/// actix-web calls this for every worker; they share the one `Scalekit`.
pub fn app(
    scalekit: &Scalekit,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .route("/", web::get().to(handlers::home))
        .route("/dashboard", web::get().to(handlers::dashboard))
        .route("/invoices", web::get().to(handlers::invoices))
        .route("/api/me", web::get().to(handlers::me))
        .default_service(web::to(handlers::not_found))
        .configure(routes(scalekit))
        .wrap(SessionMiddleware::new(scalekit))
}
