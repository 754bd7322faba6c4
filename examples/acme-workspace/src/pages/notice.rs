//! The pages that say something went another way: refused, unavailable, sign out?, not found.

use scalekit_session::pages::{Page, PageAction};

use super::escape::Escaped;
use super::layout::Place;
use super::{Pages, Visitor};

impl Pages {
    /// The session crate's pages in the looks of this application.
    #[must_use]
    pub fn notice(self, page: &Page) -> String {
        let back = "<nav><a href=\"/\">Home</a><a href=\"/dashboard\">Dashboard</a></nav>";
        let action = page.action.as_ref().map_or_else(|| BACK.to_owned(), action);
        self.document(page.title, &back, format_args!("{}", text(page.title, page.message, &action)))
    }

    /// Everything that is at no route.
    #[must_use]
    pub fn not_found(self, visitor: Visitor<'_>) -> String {
        let content = text("Nothing here", "There is no page at this address.", BACK);
        self.page("Nothing here", Place::Elsewhere, visitor, format_args!("{content}"))
    }
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
