//! `/dashboard`: who is signed in, where, and what they may do.

use scalekit_session::Session;

use super::escape::Escaped;
use super::invoices::CAN_READ_INVOICES;
use super::layout::{Place, display_name, initials};
use super::moment::Moment;
use super::{Pages, Visitor};

impl Pages {
    /// Who is signed in.
    #[must_use]
    pub fn dashboard(self, session: &Session) -> String {
        let name = display_name(session);
        let content = format_args!(
            "<header class=\"page\"><span class=\"avatar big\" aria-hidden=\"true\">{initials}</span>\
         <div><p class=\"eyebrow\">Dashboard</p><h1>Hello, {first}</h1></div></header>\
         <div class=\"grid two\">{person}{session}{rights}{work}</div>",
            initials = Escaped(&initials(name)),
            first = Escaped(name.split_whitespace().next().unwrap_or(name)),
            person = person(session),
            session = lifetime(session),
            rights = rights(session),
            work = work(session),
        );
        self.page("Dashboard", Place::Dashboard, Visitor::SignedIn(session), content)
    }
}

fn person(session: &Session) -> String {
    let email = session.profile().and_then(|profile| profile.email.as_deref());
    let facts = [
        fact("Name", "name", &Escaped(display_name(session))),
        fact("E-mail", "email", &Escaped(email.unwrap_or("–"))),
        fact("User", "user", &code(session.user_id())),
        fact("Organization", "organization", &code(session.organization_id().unwrap_or("–"))),
    ];
    card("You", &format!("<dl>{}</dl>", facts.concat()))
}

fn lifetime(session: &Session) -> String {
    let refreshes = match session.refreshes() {
        0 => "not yet".to_owned(),
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let facts = [
        fact("Signed in", "signed-in", &Moment(session.logged_in_at())),
        fact("Token expires", "expires", &Moment(session.expires_at())),
        fact("Refreshed", "refreshed", &refreshes),
    ];
    let note = "<p class=\"note\">The token is renewed shortly before it expires, by whichever request comes next.</p>";
    card("This session", &format!("<dl>{}</dl>{note}", facts.concat()))
}

fn rights(session: &Session) -> String {
    let pill = |kind: &str, text: &str| format!("<li class=\"pill {kind}\">{}</li>", Escaped(text));
    let roles = session.roles().map(|role| pill("role", role)).collect::<String>();
    let permissions = session.permissions().map(|permission| pill("", permission)).collect::<String>();
    let content = format!(
        "<h3>Roles</h3><ul class=\"pills\" data-fact=\"roles\">{roles}</ul>\
         <h3>Permissions <small>{count}</small></h3><ul class=\"pills\" data-fact=\"permissions\">{permissions}</ul>",
        count = session.permissions().count(),
    );
    card("What you may do", &content)
}

/// Shows a way in only to those who may go in. The page itself checks again.
fn work(session: &Session) -> String {
    let content = if session.has_permission(CAN_READ_INVOICES) {
        "<p>You may read the invoices of your organization.</p>\
         <p><a class=\"button\" href=\"/invoices\">Read invoices</a></p>"
    } else {
        "<p>Invoices are for people with the permission <code>invoices:read</code>. Ask an admin of your organization.</p>"
    };
    card("Invoices", content)
}

fn card(title: &str, content: &str) -> String {
    format!("<section class=\"card\"><h2>{title}</h2>{content}</section>")
}

fn fact(label: &str, name: &str, value: &dyn std::fmt::Display) -> String {
    format!("<div><dt>{label}</dt><dd data-fact=\"{name}\">{value}</dd></div>")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", Escaped(text))
}
