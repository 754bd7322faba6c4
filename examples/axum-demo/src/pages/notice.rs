//! The pages that say something went another way: refused, unavailable, sign out?, not found.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use scalekit_axum::Session;
use scalekit_axum::core::{Page, PageAction};

use super::escape::Escaped;
use super::layout::{Place, document, page};

/// The session crate's pages in the looks of this application.
pub(crate) fn notice(page: &Page) -> String {
    let back = "<nav><a href=\"/\">Home</a><a href=\"/dashboard\">Dashboard</a></nav>";
    let action = page.action.as_ref().map_or_else(|| BACK.to_owned(), action);
    document(page.title, &back, format_args!("{}", text(page.title, page.message, &action)))
}

/// Everything that is at no route.
pub(crate) async fn not_found(session: Option<Session>) -> impl IntoResponse {
    let content = text("Nothing here", "There is no page at this address.", BACK);
    let html: Html<String> =
        page("Nothing here", Place::Elsewhere, session.as_deref(), format_args!("{content}"));
    (StatusCode::NOT_FOUND, html)
}

const BACK: &str = "<p><a class=\"button\" href=\"/\">Back to the start</a></p>";

fn action(action: &PageAction) -> String {
    let (label, path) = (Escaped(action.label), Escaped(&action.path));
    if action.post {
        format!("<form method=\"post\" action=\"{path}\"><button>{label}</button></form>")
    } else {
        format!("<p><a class=\"button\" href=\"{path}\">{label}</a></p>")
    }
}

fn text(title: &str, message: &str, action: &str) -> String {
    format!(
        "<section class=\"hero notice\"><h1>{}</h1><p class=\"lead\">{}</p>{action}</section>",
        Escaped(title),
        Escaped(message),
    )
}
