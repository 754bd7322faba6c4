//! The gate: refuses requests that get no session, whatever their cookies show.

use crate::answer::refusal::NoSession;
use crate::cookie::RequestCookies;
use crate::event::Event;
use crate::instance::Instance;
use crate::pipeline::resolution::SessionState;
use crate::request::RequestView;
use crate::rules::{navigation, origin};

/// Refuses preflights, requests for another host, and requests with effects that another origin sent (R51).
pub(crate) fn refused(
    instance: &Instance,
    request: &RequestView<'_>,
    cookies: &RequestCookies<'_>,
) -> Option<SessionState> {
    if navigation::is_preflight(request) {
        return Some(SessionState::Anonymous);
    }
    if origin::is_misdirected(request, instance.config.redirect.reach) {
        return Some(SessionState::Misdirected);
    }
    if cookies.has_data() && origin::is_cross_origin(request, &instance.config.origins) {
        instance.emit(Event::CrossOriginRefused { method: request.method });
        return Some(SessionState::CrossOrigin);
    }
    None
}

/// Why a request has no session. For a request with a marker, the reason depends on the layout.
pub(crate) fn no_session(instance: &Instance, cookies: &RequestCookies<'_>) -> NoSession {
    match cookies.markers().next() {
        Some(_) => instance.layout.without_access(),
        None => NoSession::NotSignedIn,
    }
}
