//! The commit point: which cookies a response may still write after its handler is done.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::cookie::SetCookie;
use crate::id::SessionId;
use crate::instance::Instance;
use crate::pipeline::resolution::{Resolution, Write, WriteOf};
use crate::request::Headers;
use crate::rules::decide::Ended;

/// The cookies that a handler's response may still write, just before its headers are sent.
pub(crate) fn conclude(
    instance: &Instance,
    resolution: &Resolution,
    response: &dyn Headers,
    now: Timestamp,
) -> Vec<SetCookie> {
    let current = |write: &&Write| is_current(instance, write, now) && !handler_wrote(instance, response);
    let write = resolution.write.as_deref().filter(current);
    write.map(|write| write.cookies.clone()).unwrap_or_default()
}

/// The cookies that the reply of one of our own routes may still write. No handler writes cookies to such a reply.
pub(crate) fn current_cookies(
    instance: &Instance,
    resolution: &Resolution,
    now: Timestamp,
) -> Vec<SetCookie> {
    let write = resolution.write.as_deref().filter(|write| is_current(instance, write, now));
    write.map(|write| write.cookies.clone()).unwrap_or_default()
}

/// How long a decision to delete cookies holds. A login takes longer than this, so the response of a slow handler does
/// not delete the cookies of a login that happened while the handler ran. The next request decides again.
const DELETION_HOLDS: Duration = Duration::from_secs(1);

/// Whether these cookies may still be written. No response writes a session that ended since the decision (R30). No
/// response writes or deletes an older generation than the newest that this process knows (R54).
fn is_current(instance: &Instance, write: &Write, now: Timestamp) -> bool {
    let newest = |(id, generation): (SessionId, u32)| instance.refreshes.is_newest(&id, generation);
    match write.of {
        None => true,
        Some(WriteOf::Data(id, generation)) => {
            instance.ended.get(&id) == Ended::No && newest((id, generation))
        }
        Some(WriteOf::Removal { of, decided_at }) => {
            // A new login in the same browser has replaced this session's cookies already.
            let replaced = of.is_some_and(|(id, _)| instance.ended.get(&id) == Ended::Replaced);
            now.since(decided_at) <= DELETION_HOLDS && !replaced && of.is_none_or(newest)
        }
    }
}

/// Whether the handler's response already writes cookies of the session, as after a login or a logout: then those
/// count. The cookies of login flows and of the two guards do not belong to a session.
fn handler_wrote(instance: &Instance, response: &dyn Headers) -> bool {
    let mut wrote = false;
    response.visit("set-cookie", &mut |line| {
        let name = line.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        wrote |= instance.layout.names.is_of_session(name);
    });
    wrote
}
