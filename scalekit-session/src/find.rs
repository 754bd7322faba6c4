//! Which session a request shows: our own data with its marker, in one piece or in one of the forms of the split layout, or
//! else the cookie that is shared with Scalekit's official packages.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::clock::Timestamp;
use crate::cookie::RequestCookies;
use crate::core::Core;
use crate::decide::Evidence;
use crate::evidence::{Found, Shown};
use crate::form::Form;
use crate::id::SessionId;
use crate::request::RequestView;
use crate::secret::IdToken;

/// The session among the request's cookies.
///
/// The official cookie has no marker, so it is looked at only where ours shows no session: what is left of it in a
/// browser, or was planted there, takes nobody's place.
pub(crate) fn find<'a>(core: &Arc<Core>, cookies: &RequestCookies<'_>) -> Result<Found, Evidence<'a>> {
    any(core, cookies).map_err(|nothing| match nothing {
        // An access cookie goes by itself within minutes; one that was planted for a path of its own must not take the
        // marker of the next login away.
        Nothing::Unmarked { .. } if core.is_split() => Evidence::NoMarker { sealed_at: None },
        Nothing::Unmarked { sealed_at } => Evidence::NoMarker { sealed_at },
        Nothing::Unreadable | Nothing::TwoUsers => Evidence::Unreadable,
    })
}

/// The session that a request shows in one of the forms of the split layout.
pub(crate) fn find_as(core: &Arc<Core>, request: &RequestView<'_>, form: Form) -> Option<Found> {
    own(core, &RequestCookies::gather_of(request.headers, &core.names, form), form).ok()
}

fn any(core: &Arc<Core>, cookies: &RequestCookies<'_>) -> Result<Found, Nothing> {
    match own(core, cookies, core.names.served()) {
        Err(nothing @ (Nothing::Unmarked { .. } | Nothing::Unreadable)) => {
            official(core, cookies)?.ok_or(nothing)
        }
        found => found,
    }
}

/// Why a request shows no session.
#[derive(Clone, Copy, Debug)]
enum Nothing {
    /// Data without any marker; `sealed_at` when it opens.
    Unmarked { sealed_at: Option<Timestamp> },
    /// Nothing that opens, and that its marker belongs to.
    Unreadable,
    /// The sessions of two users: neither is served.
    TwoUsers,
}

/// Data of ours that opens, with its marker; of duplicates that which matches it.
fn own(core: &Arc<Core>, cookies: &RequestCookies<'_>, form: Form) -> Result<Found, Nothing> {
    let unmarked = cookies.markers().next().is_none();
    let mut best: Option<Found> = None;
    let mut sealed_at: Option<Timestamp> = None;
    for sealed in cookies.candidates() {
        let Some(found) = Found::open(core, form, &sealed) else { continue };
        if unmarked {
            sealed_at = sealed_at.max(Some(found.rotated_at()));
            continue;
        }
        let own = found.marker();
        if !cookies.markers().any(|marker| marker.ct_eq(&own).into()) {
            continue;
        }
        best = Some(newer(best, found)?);
    }
    match best {
        Some(found) => Ok(found),
        None if unmarked => Err(Nothing::Unmarked { sealed_at }),
        None => Err(Nothing::Unreadable),
    }
}

/// A session in the official cookie, which opens under that name only (R21). More duplicates than are tried were planted,
/// and may have crowded the genuine one out: that is nobody as well.
fn official(core: &Arc<Core>, cookies: &RequestCookies<'_>) -> Result<Option<Found>, Nothing> {
    if cookies.leaves_official_out() {
        tracing::warn!(target: "scalekit_session::security", "too many official cookies in one request: none is served");
        return Err(Nothing::TwoUsers);
    }
    cookies
        .official()
        .filter_map(|sealed| Found::open(core, Form::Official, &sealed))
        .try_fold(None, |best, found| newer(best, found).map(Some))
}

/// The session of the official cookie alone, for requests whose own session is over.
pub(crate) fn other(core: &Arc<Core>, cookies: &RequestCookies<'_>) -> Option<Found> {
    official(core, cookies).ok().flatten()
}

/// What a request holds in the official cookie beside a session of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing that opens.
    Nothing,
    /// A copy of the same session, from before it moved.
    Copy,
    /// Another session, which is the other application's to keep.
    Other,
}

/// What stands beside a session that was found.
pub(crate) fn beside(core: &Arc<Core>, cookies: &RequestCookies<'_>, session: &Found) -> Beside {
    if session.form() == Form::Official {
        return Beside::Nothing;
    }
    let id = session.names().0;
    let opened = cookies.official().filter_map(|sealed| Found::open(core, Form::Official, &sealed));
    let found = opened.fold(Beside::Nothing, |beside, found| match found.names().0 == id {
        true if beside == Beside::Nothing => Beside::Copy,
        true => beside,
        false => Beside::Other,
    });
    if cookies.leaves_official_out() { Beside::Other } else { found }
}

/// Of duplicates the newest login counts; two users at once are nobody (R23).
fn newer(best: Option<Found>, found: Found) -> Result<Found, Nothing> {
    match best {
        None => Ok(found),
        Some(other) if !other.is_of_same_user(&found) => {
            tracing::warn!(target: "scalekit_session::security", "two users' sessions in one request: neither is served");
            Err(Nothing::TwoUsers)
        }
        Some(other) => Ok(if found.age() > other.age() { found } else { other }),
    }
}

/// Ids and login times of every session whose data opens, with its marker or without, for logout; each once.
pub(crate) fn named(core: &Core, request: &RequestView<'_>) -> Vec<(SessionId, Timestamp)> {
    let forms: &[Form] = if core.is_split() { &Form::SPLIT } else { &[Form::Whole] };
    let mut named: Vec<(SessionId, Timestamp)> = Vec::new();
    for form in forms {
        let cookies = RequestCookies::gather_of(request.headers, &core.names, *form);
        let own = cookies.candidates().map(|sealed| (*form, sealed));
        let all = own.chain(cookies.official().map(|sealed| (Form::Official, sealed)));
        for found in all.filter_map(|(form, sealed)| Found::open(core, form, &sealed)) {
            let (id, login_at) = (found.names().0, found.age().0);
            if named.iter().all(|(other, _)| *other != id) {
                named.push((id, login_at));
            }
        }
    }
    named
}

/// Whether a request shows that somebody is signed in, and not who: the sessions of two users; or, in the split layout, a
/// marker whose session does not come, because the access token is over, say, and a sibling domain planted so many ID
/// cookies that the genuine one is not among those tried.
pub(crate) fn hides_somebody(core: &Arc<Core>, request: &RequestView<'_>) -> bool {
    let cookies = RequestCookies::gather(request.headers, &core.names);
    if core.is_split() {
        return cookies.markers().next().is_some() && shown(core, request).is_none();
    }
    matches!(any(core, &cookies), Err(Nothing::TwoUsers))
}

/// The session that a request shows, for logout and login, whatever its token's age.
pub(crate) fn shown(core: &Arc<Core>, request: &RequestView<'_>) -> Option<Shown> {
    if core.is_split() {
        // The access cookie may have another path; that of the ID cookie covers the login's own routes.
        let as_form = |form| find_as(core, request, form)?.into_shown(core);
        return [Form::Identity, Form::Access].into_iter().find_map(as_form);
    }
    let cookies = RequestCookies::gather(request.headers, &core.names);
    find(core, &cookies).ok()?.into_shown(core)
}

/// The ID token that a request shows of that session, in the split layout.
pub(crate) fn id_token_of(core: &Arc<Core>, request: &RequestView<'_>, id: SessionId) -> Option<IdToken> {
    let found = find_as(core, request, Form::Identity).filter(|found| found.names().0 == id)?;
    found.into_shown(core)?.payload.id_token
}
