//! [`EndedSessions`]: the sessions that this process ended, by a logout, by a new login in the same browser, or because
//! refreshed tokens were another identity's (R30–R32).
//!
//! A sealed cookie cannot be called back. So the process remembers the ids of ended sessions until their cookies
//! expire.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::SessionId;
use crate::rules::decide::Ended;

/// The most sessions that are remembered, 40 bytes each. When there are more, those whose cookies expire soonest are
/// forgotten first.
const CAPACITY: usize = 500_000;

#[derive(Debug)]
pub(crate) struct EndedSessions {
    sessions: RwLock<Sessions>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Sessions {
    by_id: HashMap<SessionId, Entry>,
    swept_at: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    how: Ended,
    until: Timestamp,
}

impl Default for EndedSessions {
    fn default() -> Self {
        Self { sessions: RwLock::default(), capacity: CAPACITY }
    }
}

impl EndedSessions {
    /// Whether and how that session was ended. Called for every request.
    pub(crate) fn get(&self, id: &SessionId) -> Ended {
        let sessions = self.sessions.read().unwrap_or_else(PoisonError::into_inner);
        sessions.by_id.get(id).map_or(Ended::No, |entry| entry.how)
    }

    /// Ends a session, and remembers that until `until`, when the session's cookies expire. Returns `true` when the
    /// session had not been ended before.
    ///
    /// The first reason counts, except that [`Ended::Replaced`] always overrides an earlier one: after a new login in
    /// the same browser, a deletion would hit the cookies of the new session.
    pub(crate) fn end(&self, id: SessionId, how: Ended, until: Timestamp, now: Timestamp) -> bool {
        let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        sessions.sweep(now, self.capacity);
        let new = !sessions.by_id.contains_key(&id);
        let entry = sessions.by_id.entry(id).or_insert(Entry { how, until });
        if how == Ended::Replaced {
            entry.how = how;
        }
        entry.until = entry.until.max(until);
        new
    }
}

impl Sessions {
    fn sweep(&mut self, now: Timestamp, capacity: usize) {
        let full = self.by_id.len() >= capacity;
        if !full && now >= self.swept_at && now.since(self.swept_at) < Duration::from_secs(60) {
            return;
        }
        self.swept_at = now;
        self.by_id.retain(|_, entry| now < entry.until);
        if self.by_id.len() >= capacity {
            let mut ends: Vec<_> = self.by_id.values().map(|entry| entry.until).collect();
            let tenth = ends.len() / 10;
            let (_, cut, _) = ends.select_nth_unstable(tenth);
            let cut = *cut;
            self.by_id.retain(|_, entry| entry.until > cut);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_760_000_000);

    fn id(number: u8) -> SessionId {
        SessionId::from_bytes([number; 16])
    }

    #[test]
    fn r30_an_ended_session_is_known_until_its_cookies_are_over() {
        let ended = EndedSessions::default();
        assert_eq!(ended.get(&id(1)), Ended::No);
        ended.end(id(1), Ended::Revoked, NOW + Duration::from_secs(100), NOW);
        assert_eq!(ended.get(&id(1)), Ended::Revoked);
        ended.end(id(2), Ended::Revoked, NOW + Duration::from_secs(900), NOW + Duration::from_secs(99));
        assert_eq!(ended.get(&id(1)), Ended::Revoked);
        ended.end(id(3), Ended::Revoked, NOW + Duration::from_secs(900), NOW + Duration::from_secs(200));
        assert_eq!(ended.get(&id(1)), Ended::No, "forgotten, because its cookies have expired");
        assert_eq!(ended.get(&id(2)), Ended::Revoked);
    }

    #[test]
    fn r31_a_login_in_the_same_browser_has_the_last_word() {
        let ended = EndedSessions::default();
        let until = NOW + Duration::from_secs(100);
        let logged_out = Ended::LoggedOut { since: NOW };
        ended.end(id(1), logged_out, until, NOW);
        assert_eq!(ended.get(&id(1)), logged_out);
        ended.end(id(1), Ended::Revoked, until, NOW);
        assert_eq!(ended.get(&id(1)), logged_out);
        ended.end(id(1), Ended::Replaced, until, NOW);
        ended.end(id(1), logged_out, until, NOW);
        assert_eq!(ended.get(&id(1)), Ended::Replaced);
    }

    #[test]
    fn memory_is_bounded_and_the_newest_stay() {
        let ended = EndedSessions { capacity: 50, ..EndedSessions::default() };
        for number in 0..200 {
            ended.end(id(number), Ended::Revoked, NOW + Duration::from_secs(1000 + u64::from(number)), NOW);
        }
        assert!(ended.sessions.read().unwrap().by_id.len() <= 50);
        assert_eq!(ended.get(&id(199)), Ended::Revoked);
    }
}
