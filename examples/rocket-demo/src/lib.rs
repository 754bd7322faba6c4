//! "Acme Workspace": what a Rocket application with Scalekit login looks like.
//!
//! [`app`] is the application. [`Demo`] starts it as `main` does: with Scalekit, or with an emulator in its place.

mod demo;
mod handlers;
mod port;

use rocket::{Build, Rocket, catchers, routes};
use scalekit_rocket::{Scalekit, SessionFairing};

pub use demo::{Demo, ServeError, StartError, connect};

/// Every route of the application. Login, callback and logout come with the fairing.
#[must_use]
pub fn app(scalekit: &Scalekit) -> Rocket<Build> {
    rocket::build()
        .mount("/", routes![handlers::home, handlers::dashboard, handlers::invoices, handlers::me])
        .register("/", catchers![handlers::not_found])
        .attach(SessionFairing::new(scalekit))
}
