use super::escape::Text;
use super::layout::card;

/// A request that cannot be answered and must not be redirected.
pub(crate) fn error(message: &str) -> String {
    card("This request cannot be answered", &format!("<p>{}</p>", Text(message)))
}

/// Logout without an address to go to.
pub(crate) fn signed_out() -> String {
    card("You are signed out", "<p>You can close this page.</p>")
}
