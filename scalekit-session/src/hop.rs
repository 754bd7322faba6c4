//! The hop guard of the split layout: a page load whose access cookie is gone is led through the refresh route once.
//!
//! The refresh route says in a sealed cookie until when the access cookie should be there that it set, or that it found
//! fresh. A page load that comes without one before that time would be led in circles: the browser does not keep the
//! cookie, or does not send it there. A page load after that time is an ordinary one whose token is over. And a guard of
//! another session, whose answer came late, says nothing of this one.

use subtle::ConstantTimeEq;

use crate::clock::Timestamp;
use crate::cookie::{RequestCookies, SetCookie};
use crate::core::Core;
use crate::request::RequestView;
use crate::seal::Purpose;
use crate::session::Session;

/// Whether a page load without an access cookie comes too early to be led through the refresh route.
fn is_loop(guarded_until: Option<Timestamp>, now: Timestamp) -> bool {
    guarded_until.is_some_and(|until| now < until)
}

/// Whether the refresh route has led this browser here before, in vain.
pub(crate) fn led_in_vain(core: &Core, request: &RequestView<'_>, now: Timestamp) -> bool {
    let cookies = RequestCookies::gather(request.headers, &core.names);
    is_loop(read(core, &cookies), now)
}

/// The guard of a hop that leaves an access cookie of that session, which should be there until then.
pub(crate) fn guard(core: &Core, session: &Session, until: Timestamp, now: Timestamp) -> Option<SetCookie> {
    let mut plaintext = until.as_millis().to_be_bytes().to_vec();
    plaintext.extend(session.facts().marker);
    let value = core.keyring.seal(Purpose::Hop, core.names.hop(), &plaintext).ok()?;
    Some(core.spec.set(core.names.hop(), &value, Some(until.since(now))))
}

/// The removal of the guard.
pub(crate) fn clear(core: &Core) -> SetCookie {
    core.spec.remove(core.names.hop())
}

fn read(core: &Core, cookies: &RequestCookies<'_>) -> Option<Timestamp> {
    let value = std::str::from_utf8(cookies.hop()?).ok()?;
    let opened = core.keyring.open(Purpose::Hop, core.names.hop(), value).ok()?;
    let (until, marker) = opened.plaintext.split_first_chunk::<8>()?;
    cookies.markers().find(|own| own.ct_eq(marker).into())?;
    Some(Timestamp::from_millis(u64::from_be_bytes(*until)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_760_000_000);

    #[test]
    fn r47_only_a_page_load_before_its_time_is_led_in_circles() {
        let second = Duration::from_secs(1);
        for (name, until, looped) in [
            ("no hop before", None, false),
            ("the cookie should be there", Some(NOW + 3 * second), true),
            ("until a moment from now", Some(NOW + Duration::from_millis(1)), true),
            ("it is over now", Some(NOW), false),
            ("it was over before", Some(NOW - second), false),
        ] {
            assert_eq!(is_loop(until, NOW), looped, "{name}");
        }
    }
}
