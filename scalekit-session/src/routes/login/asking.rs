//! When a login asks the user for confirmation (R55): another site may begin a login, but only the user may confirm
//! that it changes who is signed in.

use std::sync::Arc;

use crate::answer::pages::{Page, PageKind};
use crate::answer::reply::Reply;
use crate::clock::Timestamp;
use crate::cookie::RequestCookies;
use crate::instance::Instance;
use crate::pipeline::find;
use crate::pipeline::open::Unpacked;
use crate::request::RequestView;
use crate::rules::decide::Ended;

/// Whether a page of another site led to this request. A sibling domain counts as another site.
///
/// A browser that does not send `Sec-Fetch-Site` counts as led by this site. If its user were asked, the request after
/// the confirmation would look the same as the first one, and the user would be asked for ever.
pub(super) fn begun_elsewhere(request: &RequestView<'_>) -> bool {
    request.has_header("sec-fetch-site")
        && !matches!(request.header("sec-fetch-site"), Some("same-origin" | "none"))
}

/// Whether a login must be confirmed by the user: another site began it, and it would replace the signed-in user
/// `before` by another user. User ids are compared without the issuer, because all users of one environment have the
/// same issuer.
pub(super) fn holds_back(begun_elsewhere: bool, before: Option<&str>, now: &str) -> bool {
    begun_elsewhere && before.is_some_and(|before| before != now)
}

/// Whether a login would replace a signed-in user. That user need not be known: see [`find::hides_a_user`].
pub(super) fn replaces(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, now: Timestamp) -> bool {
    find::signed_in(instance, cookies).is_some_and(|session| stands(instance, &session, now))
        || find::hides_a_user(instance, cookies)
}

/// Whether a session still counts: it has not ended, and is within its limits. Its access token may be over, because a
/// refresh would bring a new one.
pub(super) fn stands(instance: &Instance, shown: &Unpacked, now: Timestamp) -> bool {
    let facts = shown.session.facts();
    let limit = instance.config.policy.limit(facts.login_at, facts.refreshed_at);
    instance.ended.get(&facts.session_id) == Ended::No && now < limit
}

/// The confirmation page. Its link is followed from this site, so the login that the link begins needs no confirmation.
pub(super) fn page(instance: &Instance, link: impl Into<String>) -> Reply {
    let page = Page::new(PageKind::ConfirmLogin).with_link("Continue to sign-in", link);
    Reply::html(200, (instance.hooks.pages)(&page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r55_only_what_a_browser_says_of_another_site_is_elsewhere() {
        for (headers, elsewhere) in [
            (vec![], false),
            (vec![("sec-fetch-site", "same-origin")], false),
            (vec![("sec-fetch-site", "none")], false),
            (vec![("sec-fetch-site", "same-site")], true),
            (vec![("sec-fetch-site", "cross-site")], true),
            (vec![("sec-fetch-site", "made-up")], true),
            (vec![("sec-fetch-site", "none"), ("sec-fetch-site", "none")], true),
        ] {
            assert_eq!(
                begun_elsewhere(&RequestView::new("GET", "/auth/login", &headers)),
                elsewhere,
                "{headers:?}"
            );
        }
    }

    #[test]
    fn r55_only_a_swap_that_another_site_began_is_held_back() {
        for (elsewhere, before, held) in [
            (true, Some("usr_1"), true),
            (true, Some("usr_2"), false),
            (true, None, false),
            (false, Some("usr_1"), false),
        ] {
            assert_eq!(holds_back(elsewhere, before, "usr_2"), held, "{elsewhere} {before:?}");
        }
    }
}
