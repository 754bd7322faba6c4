//! Which session a request shows: our own data with its marker, in one piece or in one of the forms of the split layout, or
//! else the cookie that is shared with Scalekit's official packages.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::clock::Timestamp;
use crate::cookie::form::Form;
use crate::cookie::{Present, RequestCookies};
use crate::id::SessionId;
use crate::instance::Instance;
use crate::layout::{Beside, Showing};
use crate::pipeline::open::{Found, Shown};
use crate::request::RequestView;
use crate::rules::decide::Evidence;
use crate::secret::IdToken;

/// The session among the request's cookies.
///
/// The official cookie has no marker, so it is looked at only where ours shows no session: what is left of it in a
/// browser, or was planted there, takes nobody's place.
pub(crate) fn find<'a>(
    instance: &Arc<Instance>,
    cookies: &RequestCookies<'_>,
) -> Result<Found, Evidence<'a>> {
    any(instance, cookies).map_err(|nothing| match nothing {
        // An access cookie goes by itself within minutes; one that was planted for a path of its own must not take the
        // marker of the next login away.
        Nothing::Unmarked { .. } if instance.is_split() => Evidence::NoMarker { sealed_at: None },
        Nothing::Unmarked { sealed_at } => Evidence::NoMarker { sealed_at },
        Nothing::Unreadable | Nothing::TwoUsers => Evidence::Unreadable,
    })
}

/// The session that a request shows in one of the forms of the split layout.
pub(crate) fn find_as(instance: &Arc<Instance>, request: &RequestView<'_>, form: Form) -> Option<Found> {
    own(instance, &RequestCookies::gather_of(request.headers, &instance.names, form), form).ok()
}

fn any(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Result<Found, Nothing> {
    match own(instance, cookies, instance.names.served()) {
        Err(nothing @ (Nothing::Unmarked { .. } | Nothing::Unreadable)) => {
            official(instance, cookies)?.ok_or(nothing)
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
fn own(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, form: Form) -> Result<Found, Nothing> {
    let unmarked = cookies.markers().next().is_none();
    let mut best: Option<Found> = None;
    let mut sealed_at: Option<Timestamp> = None;
    for sealed in cookies.candidates() {
        let Some(found) = Found::open(instance, form, &sealed) else { continue };
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
fn official(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Result<Option<Found>, Nothing> {
    if cookies.leaves_official_out() {
        tracing::warn!(target: "scalekit_session::security", "too many official cookies in one request: none is served");
        return Err(Nothing::TwoUsers);
    }
    cookies
        .official()
        .filter_map(|sealed| Found::open(instance, Form::Official, &sealed))
        .try_fold(None, |best, found| newer(best, found).map(Some))
}

/// The session of the official cookie alone, for requests whose own session is over.
pub(crate) fn other(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Option<Found> {
    official(instance, cookies).ok().flatten()
}

/// What a request shows of a session that was found, for the cookies of its response.
pub(crate) fn showing(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, found: &Found) -> Showing {
    let beside = beside(instance, cookies, found);
    Showing { form: found.form(), present: Present::whole(cookies.own_chunks()), beside }
}

/// What stands beside a session that was found.
fn beside(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, session: &Found) -> Beside {
    if session.form() == Form::Official {
        return Beside::Nothing;
    }
    let id = session.names().0;
    let opened = cookies.official().filter_map(|sealed| Found::open(instance, Form::Official, &sealed));
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
pub(crate) fn named(instance: &Instance, request: &RequestView<'_>) -> Vec<(SessionId, Timestamp)> {
    let forms: &[Form] = if instance.is_split() { &Form::SPLIT } else { &[Form::Whole] };
    let mut named: Vec<(SessionId, Timestamp)> = Vec::new();
    for form in forms {
        let cookies = RequestCookies::gather_of(request.headers, &instance.names, *form);
        let own = cookies.candidates().map(|sealed| (*form, sealed));
        let all = own.chain(cookies.official().map(|sealed| (Form::Official, sealed)));
        for found in all.filter_map(|(form, sealed)| Found::open(instance, form, &sealed)) {
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
pub(crate) fn hides_somebody(instance: &Arc<Instance>, request: &RequestView<'_>) -> bool {
    let cookies = RequestCookies::gather(request.headers, &instance.names);
    if instance.is_split() {
        return cookies.markers().next().is_some() && shown(instance, request).is_none();
    }
    matches!(any(instance, &cookies), Err(Nothing::TwoUsers))
}

/// The session that a request shows, for logout and login, whatever its token's age.
pub(crate) fn shown(instance: &Arc<Instance>, request: &RequestView<'_>) -> Option<Shown> {
    if instance.is_split() {
        // The access cookie may have another path; that of the ID cookie covers the login's own routes.
        let as_form = |form| find_as(instance, request, form)?.into_shown(instance);
        return [Form::Identity, Form::Access].into_iter().find_map(as_form);
    }
    let cookies = RequestCookies::gather(request.headers, &instance.names);
    find(instance, &cookies).ok()?.into_shown(instance)
}

/// The ID token that a request shows of that session, in the split layout.
pub(crate) fn id_token_of(
    instance: &Arc<Instance>,
    request: &RequestView<'_>,
    id: SessionId,
) -> Option<IdToken> {
    let found = find_as(instance, request, Form::Identity).filter(|found| found.names().0 == id)?;
    found.into_shown(instance)?.payload.id_token
}
