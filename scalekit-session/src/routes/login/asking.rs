//! When a login asks before it changes who is signed in (R55): another site may begin one, and only the user may confirm it.

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

/// Whether a page of another site, a sibling's included, led here.
///
/// Browsers that do not say so count as this site: asked once, they could not show that the second round is the user's
/// own, and would be asked for ever.
pub(super) fn begun_elsewhere(request: &RequestView<'_>) -> bool {
    request.has_header("sec-fetch-site")
        && !matches!(request.header("sec-fetch-site"), Some("same-origin" | "none"))
}

/// Whether a login is held back until the user confirms it. All users of one environment have one issuer.
pub(super) fn holds_back(begun_elsewhere: bool, before: Option<&str>, now: &str) -> bool {
    begun_elsewhere && before.is_some_and(|before| before != now)
}

/// Whether a login would replace somebody, known or not.
pub(super) fn replaces(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, now: Timestamp) -> bool {
    find::signed_in(instance, cookies).is_some_and(|session| stands(instance, &session, now))
        || find::hides_a_user(instance, cookies)
}

/// Not ended, and within its limits. Its access token may be over: a refresh would bring it back.
pub(super) fn stands(instance: &Instance, shown: &Unpacked, now: Timestamp) -> bool {
    let facts = shown.session.facts();
    let limit = instance.config.policy.limit(facts.login_at, facts.refreshed_at);
    instance.ended.get(&facts.session_id) == Ended::No && now < limit
}

/// The page that asks. Its link comes from this site, so the login that it begins is not asked about again.
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
