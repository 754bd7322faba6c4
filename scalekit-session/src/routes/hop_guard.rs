//! The hop guard of the split layout. It stops a page load from being redirected through the refresh route in circles.
//!
//! A page load whose access cookie is gone is redirected to the refresh route and back: one hop. The refresh route then
//! sets a sealed cookie, the guard. The guard says until when the browser should have the access cookie that the route
//! set, or that it found fresh. The guard decides about the next page load without a usable access token:
//!
//! - The access cookie is missing before that time: the browser does not keep it, or does not send it to this page. A
//!   hop would go in circles, so there is none.
//! - The access cookie came before that time, but the key that signed its token was withdrawn: one more hop.
//! - That time has passed: the access token is over as usual, so there is a hop.
//! - The guard is of another session, because a response came late: it does not count.

use subtle::ConstantTimeEq;

use crate::clock::Timestamp;
use crate::cookie::{RequestCookies, SetCookie};
use crate::instance::Instance;
use crate::seal::Purpose;
use crate::session::Session;

/// The content of the sealed guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Guard {
    /// When the access cookie expires.
    until: Timestamp,
    /// The hop began before the `until` of an earlier guard.
    again: bool,
}

/// Whether a hop would go in circles, for a page load without a usable access token. `came` says whether an access
/// cookie came with it.
fn is_loop(guard: Option<Guard>, came: bool, now: Timestamp) -> bool {
    guard.is_some_and(|guard| now < guard.until && (guard.again || !came))
}

/// Whether the refresh route has redirected this browser to a page before, and the page load still has no usable access
/// token.
pub(crate) fn led_in_vain(instance: &Instance, cookies: &RequestCookies<'_>, now: Timestamp) -> bool {
    is_loop(read(instance, cookies), cookies.has_data(), now)
}

/// The guard to set after a hop: the browser should have an access cookie of that session until `until`.
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

/// The line that removes the guard.
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
