//! Looking at a request: from its cookies to evidence, and from evidence to a decision. Synchronous; nothing here waits.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::cookie::RequestCookies;
use crate::core::Core;
use crate::decide::{self, Decision, Evidence, Standing, Way};
use crate::evidence::Found;
use crate::find;
use crate::form::Form;
use crate::manager::{Inspection, Nobody, Resolution, State};
use crate::navigation;
use crate::origin;
use crate::request::RequestView;
use crate::resolve;
use crate::sealing::Showing;
use crate::settle::{self, Asked};

/// Looks at a request. What can be decided without Scalekit is decided here.
pub(crate) fn inspect(core: &Arc<Core>, request: &RequestView<'_>, now: Timestamp) -> Inspection {
    let cookies = RequestCookies::gather(request.headers, &core.names);
    if let Some(state) = refused(core, request, &cookies) {
        return settled(state);
    }
    let evidence = if cookies.has_data() {
        match find::find(core, &cookies) {
            Ok(found) => return decide(core, request, found, &cookies, now),
            Err(evidence) => evidence,
        }
    } else {
        Evidence::NoData
    };
    without_session(core, request, evidence, stranger_or_expired(core, &cookies), now)
}

/// Split layout: a marker without its access cookie is a session that has to be refreshed elsewhere.
pub(crate) fn stranger_or_expired(core: &Core, cookies: &RequestCookies<'_>) -> Nobody {
    match core.is_split() && cookies.markers().next().is_some() {
        true => Nobody::Expired,
        false => Nobody::Stranger,
    }
}

/// Requests that have no session whatever they show: preflights, those for another host, and those of another origin (R51).
pub(crate) fn refused(core: &Core, request: &RequestView<'_>, cookies: &RequestCookies<'_>) -> Option<State> {
    if navigation::is_preflight(request) {
        return Some(State::Anonymous);
    }
    if origin::is_misdirected(request, core.config.redirect.reach) {
        return Some(State::Misdirected);
    }
    if cookies.has_data() && origin::is_cross_origin(request, &core.config.origins) {
        tracing::warn!(target: "scalekit_session::security", method = request.method, "a cross-origin request was refused");
        return Some(State::CrossOrigin);
    }
    None
}

fn without_session(
    core: &Core,
    request: &RequestView<'_>,
    evidence: Evidence<'_>,
    nobody: Nobody,
    now: Timestamp,
) -> Inspection {
    let way = Way { preflight: false, writable: request.writable, early: false };
    match decide::decide(way, evidence, &core.config.policy, now) {
        Decision::Nobody(cookies) => {
            let resolution = resolve::nobody(core, Form::Whole, None, cookies, now);
            Inspection::Settled(Resolution { nobody, ..resolution })
        }
        _ => settled(State::Anonymous),
    }
}

fn decide(
    core: &Arc<Core>,
    request: &RequestView<'_>,
    mut found: Found,
    cookies: &RequestCookies<'_>,
    now: Timestamp,
) -> Inspection {
    let mut way = Way { preflight: false, writable: request.writable, early: false };
    core.keys.refresh(now);
    let mut token = found.token(core, now);
    loop {
        let evidence = found.evidence(core, token, now);
        // Only a refresh that is due asks whether it may be early.
        way.early = now >= evidence.soft && navigation::may_refresh_early(request);
        match decide::decide(way, Evidence::Session(&evidence), &core.config.policy, now) {
            Decision::Serve => {
                let Found::Known(session) = found else { return settled(State::Anonymous) };
                return Inspection::Settled(resolve::serve(core, session, now));
            }
            Decision::Verify => token = found.verify(core, now),
            // A session of ours that is over hides no live one of the official cookie.
            Decision::Nobody(_)
                if found.form() == Form::Whole
                    && let Some(other) = find::other(core, cookies) =>
            {
                token = other.token(core, now);
                found = other;
            }
            Decision::Nobody(cookies) => {
                let racing = matches!(evidence.refresh, Standing::Rejected { .. }) && is_navigation(request);
                let resolution = resolve::nobody(core, found.form(), Some(found.names()), cookies, now);
                let resolution = resolve::asking_again(core, resolution, found.refresh_key(), racing);
                return Inspection::Settled(resolve::unless_expired(core, resolution, &evidence, now));
            }
            Decision::Unavailable { retry_after } => {
                return settled(State::Unavailable { retry_after });
            }
            waiting @ (Decision::NeedKeys | Decision::Refresh(_)) => {
                let showing = Showing::of(core, cookies, &found);
                let Some(shown) = found.into_shown(core) else {
                    return settled(State::Anonymous);
                };
                let (way, navigation) = (navigation::way(request), is_navigation(request));
                let asked = Asked { way, showing, navigation, renew: false };
                return Inspection::Pending(settle::settle(core, asked, shown, token, waiting));
            }
        }
    }
}

fn is_navigation(request: &RequestView<'_>) -> bool {
    request.method == "GET" && navigation::client(request) == navigation::Client::Navigation
}

fn settled(state: State) -> Inspection {
    Inspection::Settled(Resolution::new(state))
}
