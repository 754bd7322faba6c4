//! Logging out: here whatever happens, then at Scalekit.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::cookie::{Present, RequestCookies, SetCookie};
use crate::core::Core;
use crate::decide::Ended;
use crate::find;
use crate::hop;
use crate::loops;
use crate::navigation;
use crate::oauth::{self, LogoutRequest};
use crate::origin;
use crate::pages::{Page, PageKind};
use crate::refusal::Refusal;
use crate::refuse;
use crate::reply::Reply;
use crate::request::RequestView;
use crate::sealing;

/// Answers the logout route: `POST` from this site, or a page load that the browser says this site or the user began
/// (R35).
pub(crate) fn logout(core: &Arc<Core>, request: &RequestView<'_>, now: Timestamp) -> Reply {
    if navigation::is_prefetch(request) {
        return Reply::new(204);
    }
    match request.method {
        "POST" if origin::is_cross_origin(request, &core.config.origins) => {
            refuse::refuse(core, request, &Refusal::CrossOrigin, now)
        }
        "POST" => end(core, request, now),
        "GET" if is_own_navigation(request) => end(core, request, now),
        "GET" => {
            let page =
                Page::new(PageKind::ConfirmLogout).with_form("Sign out", core.config.routes.logout.clone());
            Reply::html_with_form(200, (core.hooks.pages)(&page))
        }
        "HEAD" => Reply::new(204),
        _ => Reply::new(405).with_header("allow", "GET, HEAD, POST"),
    }
}

fn is_own_navigation(request: &RequestView<'_>) -> bool {
    request.header("sec-fetch-mode") == Some("navigate")
        && matches!(request.header("sec-fetch-site"), Some("same-origin" | "none"))
}

/// Ends every session that the request names first, so that no answer under way can bring it back, then clears the
/// browser, then goes to Scalekit.
fn end(core: &Arc<Core>, request: &RequestView<'_>, now: Timestamp) -> Reply {
    let (mut id_token, mut logout) = (None, LogoutRequest::new().client_id(&core.client.id));
    for (session_id, login_at) in find::named(core, request) {
        core.end(session_id, Ended::LoggedOut { since: now }, login_at, now);
    }
    if let Some(shown) = find::shown(core, request) {
        id_token = shown.payload.id_token;
        // Used where there is no ID token, or it is too long.
        logout = logout.logout_hint(shown.session.scalekit_session_id().unwrap_or_default());
        tracing::info!(user = shown.session.user_id(), "signed out");
    }
    if let Some(id_token) = &id_token {
        logout = logout.id_token_hint(id_token);
    }
    if let Some(uri) = &core.config.post_logout_redirect_uri {
        logout = logout.post_logout_redirect_uri(uri);
    }
    Reply::see_other(oauth::end_session_url(&core.endpoints, &logout)).with_cookies(cleared(core, request))
}

/// The removal of everything of ours, whatever the request carried (R17, R29).
fn cleared(core: &Core, request: &RequestView<'_>) -> Vec<SetCookie> {
    let mut cookies = sealing::all_removals(core, Present::of(request, &core.names));
    let present = RequestCookies::gather(request.headers, &core.names);
    let flows = present.transactions().map(|(flow, _)| core.spec.remove(&core.names.transaction(flow)));
    cookies.extend(flows);
    if present.looped().is_some() {
        cookies.push(loops::clear(core));
    }
    if present.hop().is_some() {
        cookies.push(hop::clear(core));
    }
    cookies
}
