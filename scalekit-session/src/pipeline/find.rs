//! Finds the session that the cookies of a request show: our own data with its marker, or else the SDK cookie.

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

/// What the cookies of a request show, for the rules.
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

/// The session that the cookies of a request show.
///
/// The SDK cookie has no marker. So it is read only when our own cookies show no session. An SDK cookie that was left
/// behind or planted in the browser does not displace a session of our own.
fn find(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Result<Shown, Nothing> {
    match own(instance, cookies, instance.layout.names.served()) {
        Err(nothing @ (Nothing::Unmarked { .. } | Nothing::Unreadable)) => {
            sdk(instance, cookies)?.ok_or(nothing)
        }
        found => found,
    }
}

/// The session that a request shows in one of our own cookies.
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
    /// Our own data came, and no marker. `sealed_at` is when its tokens came; `None` when it cannot be opened.
    Unmarked { sealed_at: Option<Timestamp> },
    /// No data came that can be opened and matches its marker.
    Unreadable,
    /// The sessions of two users came. Neither is served.
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

/// The session in one of our own cookies: data that can be opened and that matches a marker. Of several such values,
/// the one of the newest login and refresh.
fn own(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, holder: Holder) -> Result<Shown, Nothing> {
    let unmarked = cookies.markers().next().is_none();
    let marked = |shown: &Shown| {
        let own = shown.marker();
        cookies.markers().any(|marker| marker.ct_eq(&own).into())
    };
    let mut best: Option<Shown> = None;
    let mut sealed_at: Option<Timestamp> = None;
    if let Some(sealed) = cookies.sole_candidate(holder) {
        match Shown::open(instance, holder, &sealed) {
            Some(shown) if unmarked => sealed_at = Some(shown.refreshed_at()),
            Some(shown) if marked(&shown) => return Ok(shown),
            Some(_) | None => {}
        }
    } else {
        for sealed in cookies.candidates(holder) {
            match Shown::open(instance, holder, &sealed) {
                Some(shown) if unmarked => sealed_at = sealed_at.max(Some(shown.refreshed_at())),
                Some(shown) if marked(&shown) => best = Some(newer(instance, best, shown)?),
                Some(_) | None => {}
            }
        }
    }
    match (best, holder) {
        (Some(shown), _) => Ok(shown),
        // The access cookie of the split layout expires within minutes by itself. An attacker could plant an old one
        // for some path; a deletion for its sake would remove the marker of the next login. So its age is not reported,
        // and no rule deletes anything.
        (None, Holder::Split(_)) if unmarked => Err(Nothing::Unmarked { sealed_at: None }),
        (None, _) if unmarked => Err(Nothing::Unmarked { sealed_at }),
        (None, _) => Err(Nothing::Unreadable),
    }
}

/// The session in the SDK cookie. A value sealed for the SDK cookie opens under that name only (R21). When more SDK
/// cookies came than are tried, an attacker may have crowded the genuine one out, so no session is served.
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

/// Of two sessions of one user, the one with the newer login counts. Of sessions of two users, neither counts (R23).
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

/// Which cookies of the session the browser has, for the cookies that the response writes.
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

/// What the SDK cookie holds while the session itself is in one of our own cookies.
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

/// Session id and login time of every session whose data can be opened, with or without its marker. For logout. Each
/// session is listed once.
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

/// Whether a request shows that some user is signed in, but not which one. There are two cases. The sessions of two
/// users came. Or, in the split layout, a marker came and no session that matches it: for example, the access token is
/// over, and a sibling domain planted so many ID cookies that the genuine one is not among those tried.
pub(crate) fn hides_a_user(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> bool {
    let unclear = gate::no_session(instance, cookies) == NoSession::Expired;
    matches!(find(instance, cookies), Err(Nothing::TwoUsers))
        || (unclear && signed_in(instance, cookies).is_none())
}

/// The session that a request shows to the routes for login, callback and logout, whatever the age of its access token.
pub(crate) fn signed_in(instance: &Arc<Instance>, cookies: &RequestCookies<'_>) -> Option<Unpacked> {
    let served = instance.layout.names.served();
    let shown = |holder: &Holder| match *holder {
        holder if holder == served => find(instance, cookies).ok(),
        other => in_cookie(instance, cookies, other),
    };
    instance.layout.shown_to_own_routes().iter().filter_map(shown).find_map(|shown| shown.unpack(instance))
}

/// Split layout: the ID token of this session, from the ID cookie of the request.
pub(crate) fn id_token_of(
    instance: &Arc<Instance>,
    cookies: &RequestCookies<'_>,
    holder: Holder,
    id: SessionId,
) -> Option<IdToken> {
    let shown = in_cookie(instance, cookies, holder).filter(|shown| shown.names().0 == id)?;
    shown.unpack(instance)?.payload.id_token
}
