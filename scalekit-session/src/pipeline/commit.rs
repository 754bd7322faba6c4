//! The commit point: what a response may still write once its handler is done.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::cookie::SetCookie;
use crate::id::SessionId;
use crate::instance::Instance;
use crate::pipeline::resolution::{Resolution, Write, WriteOf};
use crate::request::Headers;
use crate::rules::decide::Ended;

/// The cookies that a response may still write, just before its head leaves.
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

/// The same for the reply of a route of our own, which no handler writes beside: the cookies that it may still carry.
pub(crate) fn current_cookies(
    instance: &Instance,
    resolution: &Resolution,
    now: Timestamp,
) -> Vec<SetCookie> {
    let write = resolution.write.as_deref().filter(|write| is_current(instance, write, now));
    write.map(|write| write.cookies.clone()).unwrap_or_default()
}

/// How long a decision to delete holds. A login takes longer, so what it brought is not deleted by a slow handler's
/// answer; the next request decides again.
const DELETION_HOLDS: Duration = Duration::from_secs(1);

/// A session that ended meanwhile is written by nobody (R30), and no generation older than the newest known is written
/// or deleted (R54).
fn is_current(instance: &Instance, write: &Write, now: Timestamp) -> bool {
    let newest = |(id, generation): (SessionId, u32)| instance.refreshes.is_newest(&id, generation);
    match write.of {
        None => true,
        Some(WriteOf::Data(id, generation)) => {
            instance.ended.get(&id) == Ended::No && newest((id, generation))
        }
        Some(WriteOf::Removal { of, decided_at }) => {
            // After a new login in the same browser there is nothing of this session left to delete.
            let replaced = of.is_some_and(|(id, _)| instance.ended.get(&id) == Ended::Replaced);
            now.since(decided_at) <= DELETION_HOLDS && !replaced && of.is_none_or(newest)
        }
    }
}

/// What the handler wrote of the session, by a logout or a login, wins. The cookies of flows and of the loop guard are
/// no session's.
fn handler_wrote(instance: &Instance, response: &dyn Headers) -> bool {
    let mut wrote = false;
    response.visit("set-cookie", &mut |line| {
        let name = line.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        wrote |= instance.layout.names.is_of_session(name);
    });
    wrote
}
