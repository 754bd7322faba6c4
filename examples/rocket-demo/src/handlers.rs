//! The handlers: how each page asks for a session.

#![expect(clippy::needless_pass_by_value, reason = "Rocket hands guards over by value")]

use acme_workspace::{CAN_READ_INVOICES, Pages, Visitor};
use rocket::request::Outcome;
use rocket::response::content::RawHtml;
use rocket::serde::json::Json;
use rocket::{Request, catch, get};
use scalekit_rocket::{Authorized, MaybeSession, Requirement, Requires, Session};
use serde_json::Value;

pub(crate) const PAGES: Pages = Pages::of("Rocket");

/// `MaybeSession` never refuses anybody for being signed out, and tells nobody from "cannot be checked now".
#[get("/")]
pub(crate) fn home(session: MaybeSession) -> RawHtml<String> {
    RawHtml(PAGES.home(visitor(&session)))
}

/// A browser without a session is sent to the login page, and brought back here.
#[get("/dashboard")]
pub(crate) fn dashboard(session: Session) -> RawHtml<String> {
    RawHtml(PAGES.dashboard(&session))
}

/// Stands in a handler's signature for the permission it needs.
pub(crate) struct CanReadInvoices;

impl Requirement for CanReadInvoices {
    fn requires() -> Requires {
        Requires::permission(CAN_READ_INVOICES)
    }
}

/// Without the permission the answer is 403, and this function never runs.
#[get("/invoices")]
pub(crate) fn invoices(session: Authorized<CanReadInvoices>) -> RawHtml<String> {
    RawHtml(PAGES.invoices(&session))
}

/// Without a session the answer is 401 and problem JSON, not a redirect: programs do not fill in login forms.
#[get("/api/me")]
pub(crate) fn me(session: Session) -> Json<Value> {
    Json(acme_workspace::me(&session))
}

/// Everything that is at no route. A catcher takes no guards, but may ask them.
#[catch(404)]
pub(crate) async fn not_found(request: &Request<'_>) -> RawHtml<String> {
    RawHtml(match request.guard::<MaybeSession>().await {
        Outcome::Success(session) => PAGES.not_found(visitor(&session)),
        _ => PAGES.not_found(Visitor::Unknown),
    })
}

fn visitor(session: &MaybeSession) -> Visitor<'_> {
    match session {
        MaybeSession::Active(session) => Visitor::SignedIn(session),
        MaybeSession::Anonymous => Visitor::Nobody,
        _ => Visitor::Unknown,
    }
}
