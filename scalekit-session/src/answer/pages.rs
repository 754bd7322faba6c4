//! The pages that the crate shows by itself, for example "not allowed" or "sign out?", and the function that renders
//! them. An application may render them with a function of its own.

/// The content of one page that the crate shows by itself.
///
/// All texts are constants. Only the path of the [action](Self::action) may come from a request, and that path is
/// always one of this origin. [`ScalekitBuilder::pages`](crate::ScalekitBuilder::pages) takes a function that renders
/// pages in place of [`render_page`].
///
/// ```
/// use scalekit_session::pages::{Page, PageKind};
///
/// let page = Page::new(PageKind::Forbidden);
/// assert_eq!(page.title, "Not allowed");
/// assert!(page.action.is_none());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page {
    /// Which page this is.
    pub kind: PageKind,
    /// The heading, a few words.
    pub title: &'static str,
    /// The text below the heading, one or two sentences.
    pub message: &'static str,
    /// What the user can do next, when there is something.
    pub action: Option<PageAction>,
}

/// The kinds of pages, each with the status code it is sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageKind {
    /// 403: the user is signed in, but lacks a permission.
    Forbidden,
    /// 403: another site sent a request that would have effects.
    CrossOrigin,
    /// 503: Scalekit does not answer at the moment, so it is not known who is signed in.
    Unavailable,
    /// 400: the login could not be completed.
    LoginFailed,
    /// 403: the application refused this user.
    LoginRefused,
    /// 400: the login was completed before, was begun too long ago, or was begun in another browser.
    LoginStale,
    /// 400: logins or refreshes succeed again and again, but the browser never sends the session's cookies.
    LoginLoop,
    /// 200: another site's link asks for a login that may change which user is signed in. The page asks the user first.
    ConfirmLogin,
    /// 200: a link asks for a logout. The page asks the user first.
    ConfirmLogout,
    // R15
    /// 500: the user signed in, but the session is larger than the budget of its cookies.
    SessionTooLarge,
    /// 500: the application is configured wrongly. Its log says how.
    Misconfigured,
}

/// A button of a page: a link, or a form that sends `POST`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PageAction {
    /// The button's text.
    pub label: &'static str,
    /// A path of this application, with a query that may come from the request. Security: the path is not escaped,
    /// and may hold `&`, `'`, `"`, `<` and `>`. Escape all five before you write it into an attribute.
    pub path: String,
    /// `true` for a form that sends `POST`, `false` for a link.
    pub post: bool,
}

impl Page {
    /// A page of that kind with the crate's texts and no action.
    #[must_use]
    pub fn new(kind: PageKind) -> Self {
        let (title, message) = match kind {
            PageKind::Forbidden => {
                ("Not allowed", "Your account does not have the permission that this page needs.")
            }
            PageKind::CrossOrigin => {
                ("Not allowed", "This request was sent by another site, so it was not carried out.")
            }
            PageKind::Unavailable => (
                "One moment",
                "Signing in is not available right now. You are not signed out; please try again shortly.",
            ),
            PageKind::LoginFailed => {
                ("Sign-in did not work", "The sign-in could not be completed. Please try again.")
            }
            PageKind::LoginRefused => ("Sign-in refused", "This application does not admit your account."),
            PageKind::LoginStale => (
                "Sign-in expired",
                "This sign-in was completed before, or was begun too long ago or in another browser.",
            ),
            PageKind::LoginLoop => (
                "Sign-in does not last",
                "You signed in, but this browser does not show the session here. Please check that it accepts cookies from this site.",
            ),
            PageKind::ConfirmLogin => (
                "Sign in?",
                "Another site asks to sign you in here. You may then be signed in with another account.",
            ),
            PageKind::ConfirmLogout => ("Sign out?", "Do you want to sign out?"),
            PageKind::SessionTooLarge => (
                "Your account is too large",
                "You signed in, but your account has more roles and permissions than this application can keep. Signing in again does not help: please tell its administrators.",
            ),
            PageKind::Misconfigured => (
                "Something is not set up",
                "Signing in is not set up correctly. The application's log says what is wrong.",
            ),
        };
        Self { kind, title, message, action: None }
    }

    pub(crate) fn with_link(self, label: &'static str, path: impl Into<String>) -> Self {
        Self { action: Some(PageAction { label, path: path.into(), post: false }), ..self }
    }

    pub(crate) fn with_form(self, label: &'static str, path: impl Into<String>) -> Self {
        Self { action: Some(PageAction { label, path: path.into(), post: true }), ..self }
    }
}

/// Renders a page as the crate does by default: one HTML document without scripts, which loads nothing.
///
/// ```
/// use scalekit_session::pages::{Page, PageKind, render_page};
///
/// let html = render_page(&Page::new(PageKind::Forbidden));
/// assert!(html.contains("<h1>Not allowed</h1>"));
/// ```
#[must_use]
pub fn render_page(page: &Page) -> String {
    let action = page.action.as_ref().map_or_else(String::new, |action| {
        let (path, label) = (escape(&action.path), action.label);
        if action.post {
            format!("<form method=\"post\" action=\"{path}\"><button>{label}</button></form>")
        } else {
            format!("<p><a class=\"button\" href=\"{path}\">{label}</a></p>")
        }
    });
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><style>{STYLE}</style><main><h1>{title}</h1><p>{message}</p>{action}</main></html>",
        title = page.title,
        message = page.message,
    )
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#1c2330;background:#f4f5f7;margin:0;display:grid;min-height:100vh;\
place-items:center}main{background:#fff;padding:2.5rem;border-radius:12px;box-shadow:0 1px 4px #0002;max-width:26rem;text-align:center}\
h1{font-size:1.35rem;margin:0 0 .5rem}p{margin:.5rem 0 1.25rem;color:#4a5263}button,.button{font:inherit;color:#fff;background:#3451d1;\
border:0;border-radius:8px;padding:.6rem 1.4rem;text-decoration:none;cursor:pointer;display:inline-block}";

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r43_a_path_cannot_leave_its_attribute() {
        let page =
            Page::new(PageKind::LoginFailed).with_link("Sign in", "/a?b=\"><script>alert(1)</script>'&c");
        let html = render_page(&page);
        assert!(!html.contains("<script>"), "{html}");
        assert!(
            html.contains("href=\"/a?b=&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;c\""),
            "{html}"
        );
    }
}
