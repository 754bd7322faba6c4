//! The commit point: what a response may still write once its handler is done.

use crate::caching;
use crate::core::Core;
use crate::decide::Ended;
use crate::manager::{Resolution, Write};
use crate::reply::HeaderEdits;
use crate::request::Headers;

/// The headers that a response gets for having asked for the session, just before its head leaves.
pub(crate) fn conclude(core: &Core, resolution: &Resolution, response: &dyn Headers) -> HeaderEdits {
    let write =
        resolution.write.as_deref().filter(|write| is_current(core, write) && !handler_wrote(core, response));
    HeaderEdits {
        cookies: write.map(|write| write.cookies.clone()).unwrap_or_default(),
        cache_control: caching::cache_control(response),
        vary: caching::vary(response),
        removed: caching::overrides(response),
    }
}

/// A session that ended meanwhile is written by nobody (R30), and no generation older than the newest known (R54).
fn is_current(core: &Core, write: &Write) -> bool {
    let Some(of) = write.of else { return true };
    if of.deletes {
        // Logout deletes by itself; after a new login there is nothing of this session left to delete.
        return core.ended.get(&of.session_id) != Ended::Replaced;
    }
    core.ended.get(&of.session_id) == Ended::No && core.refreshes.is_newest(&of.session_id, of.generation)
}

/// What the handler wrote of the session, by a logout or a login, wins. The cookies of flows and of the loop guard are
/// no session's.
fn handler_wrote(core: &Core, response: &dyn Headers) -> bool {
    let mut wrote = false;
    response.visit("set-cookie", &mut |line| {
        let name = line.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        wrote |= core.names.is_of_session(name);
    });
    wrote
}
