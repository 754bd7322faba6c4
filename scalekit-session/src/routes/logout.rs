//! The logout route: ends the session here, then sends the browser to Scalekit to end it there.

use std::sync::Arc;

use crate::answer::pages::{Page, PageKind};
use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::clock::Timestamp;
use crate::cookie::{RequestCookies, SetCookie};
use crate::event::Event;
use crate::instance::Instance;
use crate::pipeline::find;
use crate::request::RequestView;
use crate::routes::hop_guard;
use crate::routes::loop_guard;
use crate::routes::refuse;
use crate::rules::decide::Ended;
use crate::rules::navigation;
use crate::rules::origin;
use crate::upstream::oauth::{self, LogoutRequest};

/// Answers the logout route. A `POST` from this site logs out. So does a page load of which the browser says that this
/// site or the user began it. Any other page load gets a page that asks for confirmation (R35).
pub(crate) fn logout(instance: &Arc<Instance>, request: &RequestView<'_>, now: Timestamp) -> Reply {
    if navigation::is_prefetch(request) {
        return Reply::new(204);
    }
    match request.method {
        "POST" if origin::is_cross_origin(request, &instance.config.origins) => {
            refuse::refuse(instance, request, &Refusal::CrossOrigin, now)
        }
        "POST" => end(instance, request, now),
        "GET" if is_own_navigation(request) => end(instance, request, now),
        "GET" => {
            let page = Page::new(PageKind::ConfirmLogout)
                .with_form("Sign out", instance.config.routes.logout.clone());
            Reply::html_with_form(200, (instance.hooks.pages)(&page))
        }
        "HEAD" => Reply::new(204),
        _ => Reply::new(405).with_header("allow", "GET, HEAD, POST"),
    }
}

fn is_own_navigation(request: &RequestView<'_>) -> bool {
    request.header("sec-fetch-mode") == Some("navigate")
        && matches!(request.header("sec-fetch-site"), Some("same-origin" | "none"))
}

/// Ends every session that the request's cookies show, so that no response under way can bring one back. Then removes
/// the cookies and redirects to Scalekit.
fn end(instance: &Arc<Instance>, request: &RequestView<'_>, now: Timestamp) -> Reply {
    let (mut id_token, mut logout) = (None, LogoutRequest::new().client_id(&instance.client.id));
    let cookies = RequestCookies::gather(request.headers, &instance.layout.names);
    let shown = find::signed_in(instance, &cookies);
    // A client that repeats a logout with the same cookies writes one line.
    if let Some(shown) = &shown
        && instance.ended.get(&shown.session.facts().session_id) == Ended::No
    {
        instance.emit(Event::SignedOut { user: shown.session.user_id() });
    }
    for (session_id, login_at) in find::named(instance, &cookies) {
        instance.end(session_id, Ended::LoggedOut { since: now }, login_at, now);
    }
    if let Some(shown) = shown {
        id_token = shown.payload.id_token;
        // Names the session for Scalekit when there is no ID token, or when the ID token is too long for the URL.
        logout = logout.logout_hint(shown.session.scalekit_session_id().unwrap_or_default());
    }
    if let Some(id_token) = &id_token {
        logout = logout.id_token_hint(id_token);
    }
    if let Some(uri) = &instance.config.post_logout_redirect_uri {
        logout = logout.post_logout_redirect_uri(uri);
    }
    Reply::see_other(oauth::end_session_url(&instance.endpoints, &logout)).with_cookies(cleared(
        instance,
        &cookies,
        request.target,
    ))
}

/// The lines that remove all our cookies. The session's cookies are removed whatever the request carried (R17, R29).
fn cleared(instance: &Instance, present: &RequestCookies<'_>, target: &str) -> Vec<SetCookie> {
    let layout = &instance.layout;
    let mut cookies = layout.all_removals(layout.present(present, target));
    let flows = present
        .transactions()
        .map(|(flow, _)| instance.layout.spec.remove(&instance.layout.names.transaction(flow)));
    cookies.extend(flows);
    if present.looped().is_some() {
        cookies.push(loop_guard::clear(instance));
    }
    if present.hop().is_some() {
        cookies.push(hop_guard::clear(instance));
    }
    cookies
}
