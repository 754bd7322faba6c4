//! The `Set-Cookie` lines that write and remove a session in one piece: in our one cookie, or in the SDK cookie.

use std::time::Duration;

use super::Layout;
use super::held::{Beside, Held};
use crate::clock::Timestamp;
use crate::cookie::{self, ChunkSet, DataNames, Holder, Present, SetCookie};
use crate::error::{Error, Repr, Sizes};
use crate::session::{SealedSession, Session};

/// The cookies of a new login, marker first. They replace every session that the browser has.
pub(super) fn of_login(
    layout: &Layout,
    sealed: &SealedSession,
    present: Present,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    let (holder, other) = match sealed.session.facts().holder {
        Holder::SdkCookie => (Holder::SdkCookie, Holder::OneCookie),
        own => (own, Holder::SdkCookie),
    };
    let mut cookies = match holder {
        Holder::SdkCookie => Vec::new(),
        _ => vec![marker(layout, &sealed.session)],
    };
    cookies.extend(data(layout, sealed, present.get(Holder::OneCookie), now)?);
    cookies.extend(removals(layout, other));
    Ok(cookies)
}

/// The cookies of a session that was refreshed or sealed again. A session that moves to another cookie is written like
/// a new login: the old cookie is removed, and the new one gets a marker if it is one that has a marker.
pub(super) fn of_refresh(
    layout: &Layout,
    sealed: &SealedSession,
    held: Held,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    if held.holder != sealed.session.facts().holder {
        return of_login(layout, sealed, held.present, now);
    }
    let mut cookies = data(layout, sealed, held.present.get(Holder::OneCookie), now)?;
    if held.beside == Beside::Copy {
        // Two responses wrote the session to two cookies and reached the browser in the wrong order. Only one of the
        // two cookies stays.
        cookies.extend(removals(layout, Holder::SdkCookie));
    }
    Ok(cookies)
}

fn data(
    layout: &Layout,
    sealed: &SealedSession,
    shown: ChunkSet,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    let SealedSession { value, session } = sealed;
    if session.facts().holder == Holder::SdkCookie {
        // A session cookie, without an age, as Scalekit's packages write it.
        return Ok(layout.names.sdk().map(|name| layout.spec.set(name, value, None)).into_iter().collect());
    }
    let names = layout.names.of(Holder::OneCookie).ok_or(Repr::Unreadable)?;
    of_value(layout, names, value, time_left(layout, session, now), shown)
}

/// The lines that store a sealed value, and the lines that remove old chunks that came and are not overwritten.
pub(super) fn of_value(
    layout: &Layout,
    names: &DataNames,
    value: &str,
    age: Duration,
    shown: ChunkSet,
) -> Result<Vec<SetCookie>, Error> {
    let mut cookies = cookie::split(&layout.spec, names, value, Some(age)).map_err(|_| {
        let budget = layout.budget;
        Repr::TooLarge(Sizes { cookies: value.len(), budget, access_token: 0, refresh_token: 0, profile: 0 })
    })?;
    let stale = shown.intersection(ChunkSet::beyond(cookies.len()));
    cookies.extend(cookie::clear(&layout.spec, names, stale));
    Ok(cookies)
}

/// How long the cookies of a session live: until the session's absolute limit (R28), and at least one second.
pub(super) fn time_left(layout: &Layout, session: &Session, now: Timestamp) -> Duration {
    let over = session.facts().login_at + layout.policy.absolute_limit;
    over.since(now).max(Duration::from_secs(1))
}

pub(super) fn marker(layout: &Layout, session: &Session) -> SetCookie {
    let life = Some(layout.policy.absolute_limit);
    layout.spec.set(layout.names.marker(), &String::from_utf8_lossy(&session.facts().marker), life)
}

/// The lines that remove a session from that cookie: all chunks, and the marker if the cookie has one.
pub(super) fn removals(layout: &Layout, holder: Holder) -> Vec<SetCookie> {
    match layout.names.of(holder) {
        None => layout.names.sdk().map(|name| layout.spec.remove(name)).into_iter().collect(),
        Some(names) => {
            let data = cookie::clear(&layout.spec, names, ChunkSet::ALL);
            std::iter::once(layout.spec.remove(layout.names.marker())).chain(data).collect()
        }
    }
}
