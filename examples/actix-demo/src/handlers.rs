//! The handlers: how each page asks for a session.

use acme_workspace::{CAN_READ_INVOICES, Pages, Visitor};
use actix_web::Responder;
use actix_web::http::StatusCode;
use actix_web::web::{Html, Json};
use scalekit_actix::{Authorized, MaybeSession, Requirement, Requires, Session};
use serde_json::Value;

pub(crate) const PAGES: Pages = Pages::of("actix-web");

/// `MaybeSession` never refuses anybody for being signed out, and tells nobody from "cannot be checked now".
pub(crate) async fn home(session: MaybeSession) -> Html {
    Html::new(PAGES.home(visitor(&session)))
}

/// A browser without a session is sent to the login page, and brought back here.
pub(crate) async fn dashboard(session: Session) -> Html {
    Html::new(PAGES.dashboard(&session))
}

/// Stands in a handler's signature for the permission it needs.
pub(crate) struct CanReadInvoices;

impl Requirement for CanReadInvoices {
    fn requires() -> Requires {
        Requires::permission(CAN_READ_INVOICES)
    }
}

/// Without the permission the answer is 403, and this function never runs.
pub(crate) async fn invoices(session: Authorized<CanReadInvoices>) -> Html {
    Html::new(PAGES.invoices(&session))
}

/// Without a session the answer is 401 and problem JSON, not a redirect: programs do not fill in login forms.
pub(crate) async fn me(session: Session) -> Json<Value> {
    Json(acme_workspace::me(&session))
}

/// Everything that is at no route.
pub(crate) async fn not_found(session: MaybeSession) -> impl Responder {
    Html::new(PAGES.not_found(visitor(&session))).customize().with_status(StatusCode::NOT_FOUND)
}

fn visitor(session: &MaybeSession) -> Visitor<'_> {
    match session {
        MaybeSession::Active(session) => Visitor::SignedIn(session),
        MaybeSession::Anonymous => Visitor::Nobody,
        _ => Visitor::Unknown,
    }
}
