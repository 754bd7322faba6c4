//! The pages of the three applications about permissions, as text. What they show depends on the session.

use crate::scalekit_session::Session;
use crate::scalekit_session::pages::{Page, PageKind, render_page};

/// For whoever is signed in: who they are, and links to what they may do.
pub(crate) fn home(session: &Session) -> String {
    let name = session.profile().and_then(|profile| profile.name.as_deref()).unwrap_or("stranger");
    let mut links = String::new();
    if session.has_permission("invoices:read") {
        links.push_str(r#"<li><a href="/invoices">Invoices</a></li>"#);
    }
    if session.has_role("admin") {
        links.push_str(r#"<li><a href="/admin">Administration</a></li>"#);
    }
    let (roles, permissions) = (items(session.roles()), items(session.permissions()));
    page(
        &format!("Hello, {}", escape(name)),
        &format!(
            "<ul>{links}</ul><h2>Your roles</h2><ul>{roles}</ul><h2>Your permissions</h2><ul>{permissions}</ul>\
             <form method=\"post\" action=\"/auth/logout\"><button>Sign out</button></form>"
        ),
    )
}

/// For everybody else.
pub(crate) fn welcome() -> String {
    page("Welcome", r#"<p><a href="/auth/login">Sign in</a></p>"#)
}

/// While Scalekit does not answer: perhaps somebody is signed in.
pub(crate) fn patience() -> String {
    page("One moment", "<p>We cannot check right now who you are. Please load this page again shortly.</p>")
}

/// For whoever may read invoices: it is for the caller to make sure. The button is for those who may pay them, too.
pub(crate) fn invoices(session: &Session) -> String {
    let button = if session.has_permission("invoices:write") {
        r#"<form method="post" action="/invoices/pay"><button>Pay</button></form>"#
    } else {
        ""
    };
    page("Invoices", &format!("<p>INV-2041, Northwind Hosting: $1,249.00</p>{button}"))
}

/// After the payment.
pub(crate) fn paid() -> String {
    page("Paid", r#"<p>INV-2041 is paid.</p><p><a href="/invoices">Invoices</a></p>"#)
}

/// For administrators.
pub(crate) fn admin() -> String {
    page("Administration", "<p>Only administrators see this page.</p>")
}

/// The pages of refusals: the 403 page is our own, the others are as they come.
pub(crate) fn refusal(refusal: &Page) -> String {
    match refusal.kind {
        PageKind::Forbidden => page("Not for you", r#"<p>Ask an administrator. <a href="/">Back</a></p>"#),
        _ => render_page(refusal),
    }
}

fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1>{content}</html>"
    )
}

fn items<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("<li>{}</li>", escape(name))).collect()
}

/// For text between tags.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
