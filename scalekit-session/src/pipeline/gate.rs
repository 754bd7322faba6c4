//! The gate: requests that have no session whatever their cookies show.

use crate::answer::refusal::Nobody;
use crate::cookie::RequestCookies;
use crate::instance::Instance;
use crate::pipeline::resolution::SessionState;
use crate::request::RequestView;
use crate::rules::{navigation, origin};

/// Split layout: a marker without its access cookie is a session that has to be refreshed elsewhere.
pub(crate) fn stranger_or_expired(instance: &Instance, cookies: &RequestCookies<'_>) -> Nobody {
    match instance.is_split() && cookies.markers().next().is_some() {
        true => Nobody::Expired,
        false => Nobody::Stranger,
    }
}

/// Requests that have no session whatever they show: preflights, those for another host, and those of another origin (R51).
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
        tracing::warn!(target: "scalekit_session::security", method = request.method, "a cross-origin request was refused");
        return Some(SessionState::CrossOrigin);
    }
    None
}
