//! The loop guard. It stops login loops, in which each login succeeds and the next page load has no session (R47).
//!
//! A sealed cookie, which lives for 30 seconds, counts the logins that were followed by a page load without a session.
//! Several tabs that log in at once are no loop, because no page load without a session follows.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::cookie::{RequestCookies, SetCookie};
use crate::instance::Instance;
use crate::seal::Purpose;

/// The content of the sealed cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    since: Timestamp,
    /// How many logins were followed by a page load without a session.
    lost: u8,
    /// A login succeeded, and no page was loaded without a session since.
    armed: bool,
}

/// How long logins are counted together.
const WINDOW: Duration = Duration::from_secs(30);
/// How many lost logins are a loop.
const LIMIT: u8 = 3;

/// Whether a page load without a session is part of a login loop.
#[derive(Debug)]
pub(crate) enum Loop {
    /// No. It may be sent to login, with this new count if there is one.
    No(Option<SetCookie>),
    /// Yes. It must not be sent to login.
    Yes,
}

/// Notes that a login succeeded: the cookie to set.
pub(crate) fn signed_in(
    instance: &Instance,
    cookies: &RequestCookies<'_>,
    now: Timestamp,
) -> Option<SetCookie> {
    let count = read(instance, cookies, now).unwrap_or(Count { since: now, lost: 0, armed: true });
    write(instance, Count { armed: true, ..count })
}

/// Counts a page load without a session that is about to be sent to login.
pub(crate) fn anonymous(instance: &Instance, cookies: &RequestCookies<'_>, now: Timestamp) -> Loop {
    match read(instance, cookies, now) {
        Some(count) if count.armed => {
            let lost = count.lost.saturating_add(1);
            if lost >= LIMIT {
                Loop::Yes
            } else {
                Loop::No(write(instance, Count { lost, armed: false, ..count }))
            }
        }
        Some(_) | None => Loop::No(None),
    }
}

/// The line that removes the loop guard.
pub(crate) fn clear(instance: &Instance) -> SetCookie {
    instance.layout.spec.remove(instance.layout.names.looped())
}

fn read(instance: &Instance, cookies: &RequestCookies<'_>, now: Timestamp) -> Option<Count> {
    let value = cookies.looped()?;
    let value = std::str::from_utf8(value).ok()?;
    let opened = instance.layout.keyring.open(Purpose::Loop, instance.layout.names.looped(), value).ok()?;
    let (since, rest) = opened.plaintext.split_first_chunk::<8>()?;
    let [lost, armed] = rest else { return None };
    let since = Timestamp::from_millis(u64::from_be_bytes(*since));
    (now < since + WINDOW).then_some(Count { since, lost: *lost, armed: *armed == 1 })
}

fn write(instance: &Instance, count: Count) -> Option<SetCookie> {
    let mut plaintext = count.since.as_millis().to_be_bytes().to_vec();
    plaintext.extend([count.lost, u8::from(count.armed)]);
    let value =
        instance.layout.keyring.seal(Purpose::Loop, instance.layout.names.looped(), &plaintext).ok()?;
    Some(instance.layout.spec.set(instance.layout.names.looped(), &value, Some(WINDOW)))
}
