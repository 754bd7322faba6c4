//! What a decision means for the request: whom it is from, and which cookies are written.

use std::sync::Arc;

use crate::answer::refusal::Nobody;
use crate::clock::Timestamp;
use crate::cookie::form::Form;
use crate::id::RefreshKey;
use crate::id::SessionId;
use crate::instance::Instance;
use crate::layout::{self, Showing};
use crate::pipeline::resolution::{Resolution, SessionState, Write, WriteOf};
use crate::rules::decide::{Cookies, Ended, SessionEvidence, Token};
use crate::session::Session;

/// A session that may be served.
pub(crate) fn serve(instance: &Arc<Instance>, session: Session, now: Timestamp) -> Resolution {
    session.see(now);
    let facts = session.facts();
    let unmoved = facts.retired && facts.refresh.is_none();
    let write = if unmoved { reseal(instance, &session, now) } else { None };
    Resolution { write, ..Resolution::new(SessionState::Active(session)) }
}

/// A session without a refresh token never rotates, so a retired cookie secret is left here (R36).
fn reseal(instance: &Arc<Instance>, session: &Session, now: Timestamp) -> Option<Box<Write>> {
    let facts = session.facts();
    let form = facts.form;
    if instance.is_split() {
        // An access cookie knows of no refresh token; it is over soon.
        return None;
    }
    let payload = layout::open(instance, form, &facts.tokens.sealed()?)?;
    let (claims, profile) = (facts.claims.clone(), facts.profile.clone());
    let sealed = layout::seal(instance, form, payload, claims, profile, facts.key.clone()).ok()?;
    let showing = Showing::only(form);
    let cookies = layout::renewed_cookies(instance, &sealed.value, &sealed.session, showing, now).ok()?;
    let of = Some(WriteOf::Data(facts.session_id, facts.generation));
    Some(Box::new(Write { cookies, of }))
}

/// Nobody; with the removal of what holds the session in that form when the rule says so.
pub(crate) fn nobody(
    instance: &Instance,
    form: Form,
    of: Option<(SessionId, u32)>,
    cookies: Cookies,
    now: Timestamp,
) -> Resolution {
    let mut resolution = Resolution::new(SessionState::Anonymous);
    if cookies == Cookies::Delete {
        let of = Some(WriteOf::Removal { of, decided_at: now });
        resolution.write = Some(Box::new(Write { cookies: layout::removals(instance, form), of }));
    }
    resolution
}

/// Split layout: an access token that is over, or whose key was withdrawn, is brought back by the refresh route.
pub(crate) fn unless_expired(
    instance: &Instance,
    resolution: Resolution,
    evidence: &SessionEvidence,
    now: Timestamp,
) -> Resolution {
    let over = now >= evidence.end || evidence.token == Token::StillUnknown;
    match instance.is_split() && evidence.ended == Ended::No && over {
        true => Resolution { nobody: Nobody::Expired, ..resolution },
        false => resolution,
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
        resolution.nobody = Nobody::Racing;
    }
    resolution
}
