//! Which session a request shows: our own data with its marker, or else the SDK cookie.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::answer::refusal::NoSession;
use crate::clock::Timestamp;
use crate::cookie::{Holder, Present, RequestCookies};
use crate::event::Event;
use crate::id::SessionId;
use crate::instance::Instance;
use crate::layout::{Beside, Held};
use crate::pipeline::decide::Case;
use crate::pipeline::gate;
use crate::pipeline::open::{Shown, Unpacked};
use crate::rules::decide::Evidence;
use crate::secret::IdToken;

/// What the cookies of a request say, for the decision.
pub(crate) fn case(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, now: Timestamp) -> Case {
    let evidence = if cookies.has_data() {
        match find(instance, cookies) {
            Ok(shown) => {
                instance.keys.refresh(now);
                return Case::of(instance, shown, now);
            }
            Err(nothing) => nothing.evidence(),
        }
    } else {
        Evidence::NoData
    };
    Case::None(evidence, gate::no_session(instance, cookies))
}

/// The session among the request's cookies.
///
/// The SDK cookie has no marker, so it is looked at only where our own cookies show no session: an SDK cookie that was
/// left in the browser, or planted there, takes no session's place.
fn find(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Result<Shown, Nothing> {
    match own(instance, cookies, instance.layout.names.served()) {
        Err(nothing @ (Nothing::Unmarked { .. } | Nothing::Unreadable)) => {
            sdk(instance, cookies)?.ok_or(nothing)
        }
        found => found,
    }
}

/// The session that a request shows in that cookie of ours.
pub(crate) fn in_cookie(
    instance: &Arc<Instance>,
    cookies: &RequestCookies<'_>,
    holder: Holder,
) -> Option<Shown> {
    own(instance, cookies, holder).ok()
}

/// The session that a request shows in the SDK cookie.
pub(crate) fn in_sdk_cookie(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Option<Shown> {
    sdk(instance, cookies).ok().flatten()
}

/// Why a request shows no session.
#[derive(Clone, Copy, Debug)]
enum Nothing {
    /// Data without any marker; `sealed_at` when it opens.
    Unmarked { sealed_at: Option<Timestamp> },
    /// Nothing that opens and belongs to its marker.
    Unreadable,
    /// The sessions of two users: neither is served.
    TwoUsers,
}

impl Nothing {
    fn evidence(self) -> Evidence<'static> {
        match self {
            Self::Unmarked { sealed_at } => Evidence::NoMarker { sealed_at },
            Self::Unreadable | Self::TwoUsers => Evidence::Unreadable,
        }
    }
}

/// Data of ours that opens, with its marker; of duplicates the one that matches the marker.
fn own(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, holder: Holder) -> Result<Shown, Nothing> {
    let unmarked = cookies.markers().next().is_none();
    let mut best: Option<Shown> = None;
    let mut sealed_at: Option<Timestamp> = None;
    for sealed in cookies.candidates(holder) {
        let Some(shown) = Shown::open(instance, holder, &sealed) else { continue };
        if unmarked {
            sealed_at = sealed_at.max(Some(shown.refreshed_at()));
            continue;
        }
        let own = shown.marker();
        if !cookies.markers().any(|marker| marker.ct_eq(&own).into()) {
            continue;
        }
        best = Some(newer(instance, best, shown)?);
    }
    match (best, holder) {
        (Some(shown), _) => Ok(shown),
        // A cookie of the split layout goes by itself within minutes. One that was planted for a path of its own must not
        // take the marker of the next login away: its age is not told, so that no rule deletes anything.
        (None, Holder::Split(_)) if unmarked => Err(Nothing::Unmarked { sealed_at: None }),
        (None, _) if unmarked => Err(Nothing::Unmarked { sealed_at }),
        (None, _) => Err(Nothing::Unreadable),
    }
}

/// A session in the SDK cookie, which opens under that name only (R21). An attacker who plants more duplicates than are
/// tried may have crowded the genuine cookie out: then there is no session either.
fn sdk(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Result<Option<Shown>, Nothing> {
    if cookies.leaves_sdk_out() {
        instance.emit(Event::TooManySdkCookies);
        return Err(Nothing::TwoUsers);
    }
    cookies
        .sdk()
        .filter_map(|sealed| Shown::open(instance, Holder::SdkCookie, &sealed))
        .try_fold(None, |best, shown| newer(instance, best, shown).map(Some))
}

/// Of duplicates the newest login counts; where two users' sessions come at once, neither counts (R23).
fn newer(instance: &Instance, best: Option<Shown>, shown: Shown) -> Result<Shown, Nothing> {
    match best {
        None => Ok(shown),
        Some(other) if !other.is_of_same_user(&shown) => {
            instance.emit(Event::TwoUsers);
            Err(Nothing::TwoUsers)
        }
        Some(other) => Ok(if shown.age() > other.age() { shown } else { other }),
    }
}

/// What the browser holds of a session that was found, for the cookies of the response.
pub(crate) fn held(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, case: &Case) -> Held {
    match case {
        Case::Session(shown, _) => Held {
            holder: shown.holder(),
            present: Present::one_cookie(cookies),
            beside: beside(instance, cookies, shown),
        },
        Case::None(..) => Held::new(instance.layout.names.served(), Present::one_cookie(cookies)),
    }
}

/// What stands in the SDK cookie beside a session that was found in a cookie of ours.
fn beside(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, session: &Shown) -> Beside {
    if session.holder() == Holder::SdkCookie {
        return Beside::Nothing;
    }
    let id = session.names().0;
    let opened = cookies.sdk().filter_map(|sealed| Shown::open(instance, Holder::SdkCookie, &sealed));
    let found = opened.fold(Beside::Nothing, |beside, shown| match shown.names().0 == id {
        true if beside == Beside::Nothing => Beside::Copy,
        true => beside,
        false => Beside::Other,
    });
    if cookies.leaves_sdk_out() { Beside::Other } else { found }
}

/// Ids and login times of every session whose data opens, with its marker or without, for logout; each once.
pub(crate) fn named(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Vec<(SessionId, Timestamp)> {
    let own = instance.layout.own_holders().iter();
    let own = own.flat_map(|holder| cookies.candidates(*holder).map(|sealed| (*holder, sealed)));
    let all = own.chain(cookies.sdk().map(|sealed| (Holder::SdkCookie, sealed)));
    let mut named: Vec<(SessionId, Timestamp)> = Vec::new();
    for shown in all.filter_map(|(holder, sealed)| Shown::open(instance, holder, &sealed)) {
        let (id, login_at) = (shown.names().0, shown.age().0);
        if named.iter().all(|(other, _)| *other != id) {
            named.push((id, login_at));
        }
    }
    named
}

/// Whether a request shows that a user is signed in, and not which one: the sessions of two users came. Or, in the split
/// layout, a marker came without its session: the access token is over, say, and a sibling domain planted so many ID
/// cookies that the genuine one is not among those tried.
pub(crate) fn hides_a_user(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> bool {
    let unclear = gate::no_session(instance, cookies) == NoSession::Expired;
    matches!(find(instance, cookies), Err(Nothing::TwoUsers))
        || (unclear && signed_in(instance, cookies).is_none())
}

/// The session that a request shows to the login's own routes, whatever its token's age.
pub(crate) fn signed_in(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Option<Unpacked> {
    let served = instance.layout.names.served();
    let shown = |holder: &Holder| match *holder {
        holder if holder == served => find(instance, cookies).ok(),
        other => in_cookie(instance, cookies, other),
    };
    instance.layout.shown_to_own_routes().iter().filter_map(shown).find_map(|shown| shown.unpack(instance))
}

/// The ID token that a request shows of that session, in the split layout.
pub(crate) fn id_token_of(
    instance: &Arc<Instance>,
    cookies: &RequestCookies<'_>,
    holder: Holder,
    id: SessionId,
) -> Option<IdToken> {
    let shown = in_cookie(instance, cookies, holder).filter(|shown| shown.names().0 == id)?;
    shown.unpack(instance)?.payload.id_token
}
