//! The hop guard of the split layout: a page load whose access cookie is gone is led through the refresh route once.
//!
//! The refresh route says in a sealed cookie until when the access cookie should be there that it set, or that it found
//! fresh. A page load that comes without one before that time would be led in circles: the browser does not keep the
//! cookie, or does not send it there. One whose access cookie came, and does not count any more because its key was withdrawn,
//! is led once more. A page load after that time is an ordinary one whose token is over. And a guard of another session,
//! whose answer came late, says nothing of this one.

use subtle::ConstantTimeEq;

use crate::clock::Timestamp;
use crate::cookie::{RequestCookies, SetCookie};
use crate::instance::Instance;
use crate::seal::Purpose;
use crate::session::Session;

/// What the sealed guard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Guard {
    /// When the access cookie is gone by its age.
    until: Timestamp,
    /// The hop began before the time of a guard from before.
    again: bool,
}

/// Whether a page load that needs an access cookie comes too early to be led through the refresh route; `came` when one
/// came with it.
fn is_loop(guard: Option<Guard>, came: bool, now: Timestamp) -> bool {
    guard.is_some_and(|guard| now < guard.until && (guard.again || !came))
}

/// Whether the refresh route has led this browser here before, in vain.
pub(crate) fn led_in_vain(instance: &Instance, cookies: &RequestCookies<'_>, now: Timestamp) -> bool {
    is_loop(read(instance, cookies), cookies.has_data(), now)
}

/// The guard of a hop that leaves an access cookie of that session, which should be there until then.
pub(crate) fn guard(
    instance: &Instance,
    cookies: &RequestCookies<'_>,
    session: &Session,
    until: Timestamp,
    now: Timestamp,
) -> Option<SetCookie> {
    let before = read(instance, cookies);
    let again = before.is_some_and(|before| now < before.until);
    let mut plaintext = until.as_millis().to_be_bytes().to_vec();
    plaintext.push(u8::from(again));
    plaintext.extend(session.facts().marker);
    let value = instance.layout.keyring.seal(Purpose::Hop, instance.layout.names.hop(), &plaintext).ok()?;
    Some(instance.layout.spec.set(instance.layout.names.hop(), &value, Some(until.since(now))))
}

/// The removal of the guard.
pub(crate) fn clear(instance: &Instance) -> SetCookie {
    instance.layout.spec.remove(instance.layout.names.hop())
}

fn read(instance: &Instance, cookies: &RequestCookies<'_>) -> Option<Guard> {
    let value = std::str::from_utf8(cookies.hop()?).ok()?;
    let opened = instance.layout.keyring.open(Purpose::Hop, instance.layout.names.hop(), value).ok()?;
    let (until, rest) = opened.plaintext.split_first_chunk::<8>()?;
    let (again, marker) = rest.split_first()?;
    cookies.markers().find(|own| own.ct_eq(marker).into())?;
    Some(Guard { until: Timestamp::from_millis(u64::from_be_bytes(*until)), again: *again != 0 })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_760_000_000);

    #[test]
    fn r47_only_a_page_load_before_its_time_is_led_in_circles() {
        let second = Duration::from_secs(1);
        let guard = |until| Some(Guard { until, again: false });
        let moment = Duration::from_millis(1);
        for (name, guard, came, looped) in [
            ("no hop before", None, false, false),
            ("the cookie should be there", guard(NOW + 3 * second), false, true),
            ("until a moment from now", guard(NOW + moment), false, true),
            ("it is over now", guard(NOW), false, false),
            ("it was over before", guard(NOW - second), false, false),
            ("it is there, and its key is not", guard(NOW + 3 * second), true, false),
            ("the same once more", Some(Guard { until: NOW + second, again: true }), true, true),
        ] {
            assert_eq!(is_loop(guard, came, NOW), looped, "{name}");
        }
    }
}
