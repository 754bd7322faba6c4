//! Roles and permissions in Rocket: which page somebody gets, and what it shows.
//!
//! - `/invoices` wants a permission, in the signature of its handler: `Authorized<CanReadInvoices>`.
//! - `/admin` wants a role, by a guard that its handler does not look at: in Rocket, guards are what routes require.
//! - `/` shows links to what the user may do, and asks nobody to sign in.
//! - Whoever lacks a permission gets the application's own 403 page, and scripts get problem JSON.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p rocket-permissions` serves <http://localhost:3000>. Ada is an administrator,
//! Bob may not read invoices.

#[path = "../../permissions-pages/mod.rs"]
mod pages;

use rocket::fairing::AdHoc;
use rocket::response::content::RawHtml;
use rocket::{Config, get, post, routes};
use scalekit_rocket::{
    Authorized, MaybeSession, Requirement, Requires, Scalekit, SessionFairing, scalekit_session,
};

/// Stands in a handler's signature for the permission it needs.
struct CanReadInvoices;

impl Requirement for CanReadInvoices {
    fn requires() -> Requires {
        Requires::permission("invoices:read")
    }
}

/// Several conditions at once.
struct CanPayInvoices;

impl Requirement for CanPayInvoices {
    fn requires() -> Requires {
        Requires::permission("invoices:write").and(Requires::any_role(["admin", "accountant"]))
    }
}

struct IsAdmin;

impl Requirement for IsAdmin {
    fn requires() -> Requires {
        Requires::role("admin")
    }
}

/// `MaybeSession` refuses nobody for being signed out, and tells nobody from "cannot be checked now".
#[get("/")]
async fn home(session: MaybeSession) -> RawHtml<String> {
    RawHtml(match session {
        MaybeSession::Active(session) => pages::home(&session),
        MaybeSession::Anonymous => pages::welcome(),
        _ => pages::patience(),
    })
}

/// Without the permission the answer is 403, and this function never runs.
#[get("/invoices")]
async fn invoices(caller: Authorized<CanReadInvoices>) -> RawHtml<String> {
    RawHtml(pages::invoices(&caller))
}

/// A form of this site: what another site sends is refused, whoever is signed in.
#[post("/invoices/pay")]
async fn pay(_caller: Authorized<CanPayInvoices>) -> RawHtml<String> {
    RawHtml(pages::paid())
}

#[get("/admin")]
async fn admin(_admin: Authorized<IsAdmin>) -> RawHtml<String> {
    RawHtml(pages::admin())
}

#[rocket::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().pages(pages::refusal).build()?;
    rocket::custom(Config::figment().merge(("port", port)))
        .mount("/", routes![home, invoices, pay, admin])
        .attach(SessionFairing::new(&scalekit))
        .attach(AdHoc::on_liftoff("port", |rocket| {
            Box::pin(async { println!("Listening on http://127.0.0.1:{}", rocket.config().port) })
        }))
        .launch()
        .await?;
    Ok(())
}
