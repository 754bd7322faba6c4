//! Roles and permissions in axum: which page somebody gets, and what it shows.
//!
//! - `/invoices` wants a permission, in the signature of its handler: `Authorized<CanReadInvoices>`.
//! - `/admin` wants a role, as a layer of its route: its handler knows nothing of sessions.
//! - `/` shows links to what the user may do, and asks nobody to sign in.
//! - Whoever lacks a permission gets the application's own 403 page, and scripts get problem JSON.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p axum-permissions` serves <http://localhost:3000>. Ada is an administrator,
//! Bob may not read invoices.

#[path = "../../permissions-pages/mod.rs"]
mod pages;

use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};
use scalekit_axum::{
    Authorized, MaybeSession, RequireLayer, Requirement, Requires, Scalekit, SessionLayer, routes,
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
async fn home(session: MaybeSession) -> Html<String> {
    Html(match session {
        MaybeSession::Active(session) => pages::home(&session),
        MaybeSession::Anonymous => pages::welcome(),
        _ => pages::patience(),
    })
}

/// Without the permission the answer is 403, and this function never runs.
async fn invoices(caller: Authorized<CanReadInvoices>) -> Html<String> {
    Html(pages::invoices(&caller))
}

/// A form of this site: what another site sends is refused, whoever is signed in.
async fn pay(_: Authorized<CanPayInvoices>) -> Html<String> {
    Html(pages::paid())
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().pages(pages::refusal).build()?;
    let app = Router::new()
        .route("/", get(home))
        .route("/invoices", get(invoices))
        .route("/invoices/pay", post(pay))
        .route("/admin", get(async || Html(pages::admin())).route_layer(RequireLayer::role("admin")))
        .merge(routes(&scalekit))
        .layer(SessionLayer::new(&scalekit));

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
