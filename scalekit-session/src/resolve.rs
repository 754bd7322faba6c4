//! What a decision means for the request: whom it is from, and which cookies are written.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::core::Core;
use crate::decide::{Cookies, Ended, SessionEvidence, Token};
use crate::form::Form;
use crate::id::SessionId;
use crate::manager::{Nobody, Resolution, State, Write, WriteOf};
use crate::refresh::RefreshKey;
use crate::sealing::{self, Showing};
use crate::session::Session;

/// A session that may be served.
pub(crate) fn serve(core: &Arc<Core>, session: Session, now: Timestamp) -> Resolution {
    session.see(now);
    let facts = session.facts();
    let unmoved = facts.retired && facts.refresh.is_none();
    let write = if unmoved { reseal(core, &session, now) } else { None };
    Resolution { write, ..Resolution::new(State::Active(session)) }
}

/// A session without a refresh token never rotates, so a retired cookie secret is left here (R36).
fn reseal(core: &Arc<Core>, session: &Session, now: Timestamp) -> Option<Box<Write>> {
    let facts = session.facts();
    let form = facts.form;
    if core.is_split() {
        // An access cookie knows of no refresh token; it is over soon.
        return None;
    }
    let payload = sealing::open(core, form, &facts.tokens.sealed()?)?;
    let (claims, profile) = (facts.claims.clone(), facts.profile.clone());
    let sealed = sealing::seal(core, form, payload, claims, profile, facts.key.clone()).ok()?;
    let showing = Showing::only(form);
    let cookies = sealing::renewed_cookies(core, &sealed.value, &sealed.session, showing, now).ok()?;
    let of = Some(WriteOf::Data(facts.session_id, facts.generation));
    Some(Box::new(Write { cookies, of }))
}

/// Nobody; with the removal of what holds the session in that form when the rule says so.
pub(crate) fn nobody(
    core: &Core,
    form: Form,
    of: Option<(SessionId, u32)>,
    cookies: Cookies,
    now: Timestamp,
) -> Resolution {
    let mut resolution = Resolution::new(State::Anonymous);
    if cookies == Cookies::Delete {
        let of = Some(WriteOf::Removal { of, decided_at: now });
        resolution.write = Some(Box::new(Write { cookies: sealing::removals(core, form), of }));
    }
    resolution
}

/// Split layout: an access token that is over, or whose key was withdrawn, is brought back by the refresh route.
pub(crate) fn unless_expired(
    core: &Core,
    resolution: Resolution,
    evidence: &SessionEvidence,
    now: Timestamp,
) -> Resolution {
    let over = now >= evidence.end || evidence.token == Token::StillUnknown;
    match core.is_split() && evidence.ended == Ended::No && over {
        true => Resolution { nobody: Nobody::Expired, ..resolution },
        false => resolution,
    }
}

/// A token refused moments ago may have lost a race whose winner's cookies are on their way: a page load asks once
/// more before it is sent to login (16a).
pub(crate) fn asking_again(
    core: &Core,
    mut resolution: Resolution,
    key: Option<RefreshKey>,
    racing: bool,
) -> Resolution {
    let again = |key| core.refreshes.may_ask_again(&key);
    if racing && resolution.write.is_none() && key.is_some_and(again) {
        resolution.nobody = Nobody::Racing;
    }
    resolution
}
