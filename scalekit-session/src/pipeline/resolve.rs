//! From a decision to a [`Resolution`]: the session for the handler, and the cookies that the response writes.

use std::sync::Arc;

use crate::answer::refusal::NoSession;
use crate::clock::Timestamp;
use crate::cookie::{Holder, Present};
use crate::id::{RefreshKey, SessionId};
use crate::instance::Instance;
use crate::layout::Held;
use crate::pipeline::resolution::{Resolution, SessionState, Write, WriteOf};
use crate::rules::decide::{Cookies, Ended, SessionEvidence, Token};
use crate::session::Session;

/// Serves a session, and notes that a browser showed its cookie now.
pub(crate) fn serve(instance: &Arc<Instance>, session: Session, now: Timestamp) -> Resolution {
    session.see(now);
    let facts = session.facts();
    let unmoved = facts.retired && facts.refresh.is_none();
    let write = if unmoved { seal_again(instance, &session, now) } else { None };
    Resolution { write, ..Resolution::new(SessionState::Active(session)) }
}

/// Seals a session again with the cookie secret that seals now. Called for a session without a refresh token whose
/// cookie secret is retired: no refresh will ever seal it again (R36).
fn seal_again(instance: &Instance, session: &Session, now: Timestamp) -> Option<Box<Write>> {
    let facts = session.facts();
    let sealed = instance.layout.seal_again(session)?;
    let held = Held::new(facts.holder, Present::default());
    let cookies = instance.layout.refreshed_lines(&sealed, held, now).ok()?;
    let of = Some(WriteOf::Data(facts.session_id, facts.generation));
    Some(Box::new(Write { cookies, of }))
}

/// Serves no session, and removes the session's cookies when the rule says so.
pub(crate) fn anonymous(
    instance: &Instance,
    holder: Holder,
    of: Option<(SessionId, u32)>,
    cookies: Cookies,
    now: Timestamp,
) -> Resolution {
    let mut resolution = Resolution::new(SessionState::Anonymous);
    if cookies == Cookies::Delete {
        let of = Some(WriteOf::Removal { of, decided_at: now });
        resolution.write = Some(Box::new(Write { cookies: instance.layout.removals(holder), of }));
    }
    resolution
}

/// Split layout: adds that the refresh route may bring a new access token, when the session's access token is over or
/// the key that signed it was withdrawn.
pub(crate) fn unless_expired(
    instance: &Instance,
    resolution: Resolution,
    evidence: &SessionEvidence,
    now: Timestamp,
) -> Resolution {
    let over = now >= evidence.end || evidence.token == Token::StillUnknown;
    match (evidence.ended, resolution.no_session) {
        (Ended::No, NoSession::NotSignedIn) if over => {
            Resolution { no_session: instance.layout.without_access(), ..resolution }
        }
        _ => resolution,
    }
}

/// Row 16a: Scalekit may have refused the refresh token because another process refreshed first. Then the new cookies
/// are on their way to the browser, so a page load is redirected to itself once before it is sent to login.
pub(crate) fn asking_again(
    instance: &Instance,
    mut resolution: Resolution,
    key: Option<RefreshKey>,
    racing: bool,
) -> Resolution {
    let again = |key| instance.refreshes.may_ask_again(&key);
    if racing && resolution.write.is_none() && key.is_some_and(again) {
        resolution.no_session = NoSession::Racing;
    }
    resolution
}
