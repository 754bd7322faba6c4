//! Looking at a request: from its cookies to evidence, and from evidence to a decision. Synchronous; nothing here waits.

use std::sync::Arc;

use crate::answer::refusal::Nobody;
use crate::clock::Timestamp;
use crate::cookie::RequestCookies;
use crate::cookie::form::Form;
use crate::instance::Instance;
use crate::pipeline::find;
use crate::pipeline::gate;
use crate::pipeline::open::Found;
use crate::pipeline::resolution::{Inspection, Resolution, SessionState};
use crate::pipeline::resolve;
use crate::pipeline::settle::{self, Asked};
use crate::request::RequestView;
use crate::rules::decide::{self, Decision, Evidence, Standing, Way};
use crate::rules::navigation;

/// Looks at a request. What can be decided without Scalekit is decided here.
pub(crate) fn inspect(instance: &Arc<Instance>, request: &RequestView<'_>, now: Timestamp) -> Inspection {
    let cookies = RequestCookies::gather(request.headers, &instance.names);
    if let Some(state) = gate::refused(instance, request, &cookies) {
        return settled(state);
    }
    let evidence = if cookies.has_data() {
        match find::find(instance, &cookies) {
            Ok(found) => return decide(instance, request, found, &cookies, now),
            Err(evidence) => evidence,
        }
    } else {
        Evidence::NoData
    };
    without_session(instance, request, evidence, gate::stranger_or_expired(instance, &cookies), now)
}

fn without_session(
    instance: &Instance,
    request: &RequestView<'_>,
    evidence: Evidence<'_>,
    nobody: Nobody,
    now: Timestamp,
) -> Inspection {
    let way = Way { preflight: false, writable: request.writable, early: false };
    match decide::decide(way, evidence, &instance.config.policy, now) {
        Decision::Nobody(cookies) => {
            let resolution = resolve::nobody(instance, Form::Whole, None, cookies, now);
            Inspection::Settled(Resolution { nobody, ..resolution })
        }
        _ => settled(SessionState::Anonymous),
    }
}

fn decide(
    instance: &Arc<Instance>,
    request: &RequestView<'_>,
    mut found: Found,
    cookies: &RequestCookies<'_>,
    now: Timestamp,
) -> Inspection {
    let mut way = Way { preflight: false, writable: request.writable, early: false };
    instance.keys.refresh(now);
    let mut token = found.token(instance, now);
    loop {
        let evidence = found.evidence(instance, token, now);
        // Only a refresh that is due asks whether it may be early.
        way.early = now >= evidence.soft && navigation::may_refresh_early(request);
        match decide::decide(way, Evidence::Session(&evidence), &instance.config.policy, now) {
            Decision::Serve => {
                let Found::Known(session) = found else { return settled(SessionState::Anonymous) };
                return Inspection::Settled(resolve::serve(instance, session, now));
            }
            Decision::Verify => token = found.verify(instance, now),
            // A session of ours that is over hides no live one of the official cookie.
            Decision::Nobody(_)
                if found.form() == Form::Whole
                    && let Some(other) = find::other(instance, cookies) =>
            {
                token = other.token(instance, now);
                found = other;
            }
            Decision::Nobody(cookies) => {
                let racing = matches!(evidence.refresh, Standing::Rejected { .. }) && is_navigation(request);
                let resolution = resolve::nobody(instance, found.form(), Some(found.names()), cookies, now);
                let resolution = resolve::asking_again(instance, resolution, found.refresh_key(), racing);
                return Inspection::Settled(resolve::unless_expired(instance, resolution, &evidence, now));
            }
            Decision::Unavailable { retry_after } => {
                return settled(SessionState::Unavailable { retry_after });
            }
            waiting @ (Decision::NeedKeys | Decision::Refresh(_)) => {
                let showing = find::showing(instance, cookies, &found);
                let Some(shown) = found.into_shown(instance) else {
                    return settled(SessionState::Anonymous);
                };
                let (way, navigation) = (navigation::way(request), is_navigation(request));
                let asked = Asked { way, showing, navigation, renew: false };
                return Inspection::Pending(settle::settle(instance, asked, shown, token, waiting));
            }
        }
    }
}

fn is_navigation(request: &RequestView<'_>) -> bool {
    request.method == "GET" && navigation::client(request) == navigation::Client::Navigation
}

fn settled(state: SessionState) -> Inspection {
    Inspection::Settled(Resolution::new(state))
}
