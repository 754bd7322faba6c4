//! What a decision means for the request: its session, and the cookies that are written.

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

/// A session that may be served.
pub(crate) fn serve(instance: &Arc<Instance>, session: Session, now: Timestamp) -> Resolution {
    session.see(now);
    let facts = session.facts();
    let unmoved = facts.retired && facts.refresh.is_none();
    let write = if unmoved { seal_again(instance, &session, now) } else { None };
    Resolution { write, ..Resolution::new(SessionState::Active(session)) }
}

/// A session without a refresh token is never refreshed, so it leaves a retired cookie secret here (R36).
fn seal_again(instance: &Instance, session: &Session, now: Timestamp) -> Option<Box<Write>> {
    let facts = session.facts();
    let sealed = instance.layout.seal_again(session)?;
    let held = Held::new(facts.holder, Present::default());
    let cookies = instance.layout.refreshed_lines(&sealed, held, now).ok()?;
    let of = Some(WriteOf::Data(facts.session_id, facts.generation));
    Some(Box::new(Write { cookies, of }))
}

/// No session; with the removal of the cookies that hold one when the rule says so.
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

/// Split layout: where an access token is over, or its key was withdrawn, the refresh route brings another.
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

/// A token refused moments ago may have lost a race whose winner's cookies are on their way: a page load asks once
/// more before it is sent to login (16a).
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
