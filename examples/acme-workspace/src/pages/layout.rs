//! What all pages share: head, style, navigation.

use std::fmt::{Arguments, Display};

use scalekit_session::Session;

use super::escape::Escaped;
use super::{Pages, Visitor};

const STYLE: &str = include_str!("style.css");
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E\
%3Crect width='32' height='32' rx='8' fill='%234f46e5'/%3E%3Cpath d='M9 23 16 8l7 15h-4l-3-7-3 7z' fill='white'/%3E%3C/svg%3E";

/// Chromium keeps pages for the Back button even when they are `no-store`. It means to forget them when a cookie
/// changes, but does not notice that for a page that the login page redirected to, so that Back shows it after
/// logout. A page that comes back is therefore loaded again, and hidden until then.
const NO_WAY_BACK: &str = "addEventListener('pagehide',()=>{document.documentElement.hidden=true});\
addEventListener('pageshow',event=>{if(event.persisted)location.reload()})";

/// Places in the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    Dashboard,
    Invoices,
    Elsewhere,
}

impl Pages {
    /// A whole page around its content.
    pub(super) fn page(
        self,
        title: &str,
        place: Place,
        visitor: Visitor<'_>,
        content: Arguments<'_>,
    ) -> String {
        self.document(title, &navigation(place, visitor), content)
    }

    /// The frame of every page. `navigation` is HTML already.
    pub(super) fn document(self, title: &str, navigation: &impl Display, content: Arguments<'_>) -> String {
        let (title, framework) = (Escaped(title), Escaped(self.framework));
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <title>{title} · Acme Workspace</title><link rel=\"icon\" href=\"{ICON}\"><style>{STYLE}</style>\
             <script>{NO_WAY_BACK}</script></head><body><header class=\"top\"><a class=\"brand\" href=\"/\"><span class=\"mark\">A</span>Acme Workspace</a>\
             {navigation}</header><main>{content}</main>\
             <footer>A demo of login and sessions with Scalekit and {framework}.</footer></body></html>"
        )
    }
}

fn navigation(place: Place, visitor: Visitor<'_>) -> String {
    let link = |to: Place, path: &str, label: &str| {
        let current = if to == place { " aria-current=\"page\"" } else { "" };
        format!("<a href=\"{path}\"{current}>{label}</a>")
    };
    let links = [
        link(Place::Home, "/", "Home"),
        link(Place::Dashboard, "/dashboard", "Dashboard"),
        link(Place::Invoices, "/invoices", "Invoices"),
    ]
    .concat();
    let account = match visitor {
        Visitor::SignedIn(session) => format!(
            "<span class=\"avatar\" aria-hidden=\"true\">{initials}</span>\
             <form method=\"post\" action=\"/auth/logout\"><button class=\"quiet\">Sign out</button></form>",
            initials = Escaped(&initials(display_name(session))),
        ),
        Visitor::Nobody => "<a class=\"button\" href=\"/auth/login\">Sign in</a>".to_owned(),
        Visitor::Unknown => String::new(),
    };
    format!("<nav>{links}</nav><div class=\"account\">{account}</div>")
}

/// What to call somebody: by name, else by address, else by identifier.
pub(super) fn display_name(session: &Session) -> &str {
    let profile = session.profile();
    profile
        .and_then(|profile| profile.name.as_deref())
        .or_else(|| profile.and_then(|profile| profile.email.as_deref()))
        .unwrap_or_else(|| session.user_id())
}

pub(super) fn initials(name: &str) -> String {
    let letters = name.split_whitespace().filter_map(|word| word.chars().next());
    letters.take(2).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_at_most_two_words_long() {
        assert_eq!(initials("Ada Lovelace"), "AL");
        assert_eq!(initials("augusta ada king"), "AA");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn r43_a_title_cannot_leave_its_element() {
        let html = Pages::of("tests").document("</title><script>", &"", format_args!(""));
        assert!(!html.contains("</title><script>"), "{html}");
    }
}
