//! Roles and permissions in actix-web: which page somebody gets, and what it shows.
//!
//! - `/invoices` wants a permission, in the signature of its handler: `Authorized<CanReadInvoices>`.
//! - `/admin` wants a role, as a middleware of its route: its handler knows nothing of sessions.
//! - `/` shows links to what the user may do, and asks nobody to sign in.
//! - Whoever lacks a permission gets the application's own 403 page, and scripts get problem JSON.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p actix-permissions` serves <http://localhost:3000>. Ada is an administrator,
//! Bob may not read invoices.

#[path = "../../permissions-pages/mod.rs"]
mod pages;

use actix_web::web::Html;
use actix_web::{App, HttpServer, web};
use scalekit_actix::{
    Authorized, MaybeSession, RequireMiddleware, Requirement, Requires, Scalekit, SessionMiddleware, routes,
    scalekit_session,
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

/// `MaybeSession` refuses nobody for being signed out, and tells nobody from "cannot be checked now".
async fn home(session: MaybeSession) -> Html {
    Html::new(match session {
        MaybeSession::Active(session) => pages::home(&session),
        MaybeSession::Anonymous => pages::welcome(),
        _ => pages::patience(),
    })
}

/// Without the permission the answer is 403, and this function never runs.
async fn invoices(caller: Authorized<CanReadInvoices>) -> Html {
    Html::new(pages::invoices(&caller))
}

/// A form of this site: what another site sends is refused, whoever is signed in.
async fn pay(_: Authorized<CanPayInvoices>) -> Html {
    Html::new(pages::paid())
}

async fn admin() -> Html {
    Html::new(pages::admin())
}

#[actix_web::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().pages(pages::refusal).build()?;
    let server = HttpServer::new(move || {
        App::new()
            .route("/", web::get().to(home))
            .route("/invoices", web::get().to(invoices))
            .route("/invoices/pay", web::post().to(pay))
            .route("/admin", web::get().to(admin).wrap(RequireMiddleware::role("admin")))
            .configure(routes(&scalekit))
            .wrap(SessionMiddleware::new(&scalekit))
    });
    let server = server.bind(("127.0.0.1", port))?;
    server.addrs().iter().for_each(|address| println!("Listening on http://{address}"));
    Ok(server.run().await?)
}
