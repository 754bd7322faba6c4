//! `/`: open to everybody, and says who is signed in.

use super::escape::Escaped;
use super::layout::{Place, display_name};
use super::{Pages, Visitor};

impl Pages {
    /// The start page.
    #[must_use]
    pub fn home(self, visitor: Visitor<'_>) -> String {
        let hello = match visitor {
            Visitor::SignedIn(session) => welcome_back(display_name(session)),
            Visitor::Nobody => invitation(),
            Visitor::Unknown => patience(),
        };
        let content = format_args!(
            "<section class=\"hero\">{hello}</section><section class=\"grid three\">{features}</section>",
            features = FEATURES.map(feature).concat(),
        );
        self.page("Home", Place::Home, visitor, content)
    }
}

fn welcome_back(name: &str) -> String {
    format!(
        "<p class=\"eyebrow\">Signed in as {name}</p><h1>Welcome back to your workspace</h1>\
         <p class=\"lead\">Your dashboard shows who you are here and what you may do.</p>\
         <p><a class=\"button large\" href=\"/dashboard\">Open the dashboard</a></p>",
        name = Escaped(name),
    )
}

fn invitation() -> String {
    "<p class=\"eyebrow\">Nobody is signed in</p><h1>Everything your team works on, in one place</h1>\
     <p class=\"lead\">Projects, people and invoices. Sign in with your work account to see yours.</p>\
     <p><a class=\"button large\" href=\"/auth/login?return_to=%2Fdashboard\">Sign in</a>\
     <a class=\"button large outline\" href=\"/auth/login?return_to=%2Fdashboard&amp;prompt=create\">Create an account</a></p>"
        .to_owned()
}

fn patience() -> String {
    "<p class=\"eyebrow\">One moment</p><h1>We cannot check right now who you are</h1>\
     <p class=\"lead\">If you were signed in, you still are. Try again in a moment.</p>\
     <p><a class=\"button large\" href=\"/\">Try again</a></p>"
        .to_owned()
}

const FEATURES: [(&str, &str); 3] = [
    (
        "Stay signed in",
        "Sessions renew themselves in the background. Nobody is asked to sign in again in the middle of their work.",
    ),
    (
        "See what is yours",
        "Roles and permissions decide what each page shows, and they are checked on every request.",
    ),
    ("Leave for good", "Signing out ends the session here, in every tab, and at the login page."),
];

fn feature((title, text): (&str, &str)) -> String {
    format!("<article class=\"card\"><h2>{title}</h2><p>{text}</p></article>")
}
