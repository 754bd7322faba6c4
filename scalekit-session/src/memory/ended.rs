//! [`EndedSessions`]: the sessions that this process ended, by a logout, by a new login in the same browser, or because
//! refreshed tokens were another identity's (R30–R32).
//!
//! A sealed cookie cannot be called back. So the process remembers the ids of ended sessions until their cookies
//! expire.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::SessionId;
use crate::memory::swept::SweptMap;
use crate::rules::decide::Ended;

/// The most sessions that are remembered, 40 bytes each. When there are more, those whose cookies expire soonest are
/// forgotten first.
const CAPACITY: usize = 500_000;

#[derive(Debug)]
pub(crate) struct EndedSessions {
    sessions: RwLock<SweptMap<SessionId, Ended>>,
}

impl Default for EndedSessions {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl EndedSessions {
    fn with_capacity(capacity: usize) -> Self {
        Self { sessions: RwLock::new(SweptMap::new(capacity, Duration::from_secs(60))) }
    }

    /// Whether and how that session was ended. Called for every request.
    pub(crate) fn get(&self, id: &SessionId) -> Ended {
        let sessions = self.sessions.read().unwrap_or_else(PoisonError::into_inner);
        sessions.get(id).copied().unwrap_or(Ended::No)
    }

    /// Ends a session, and remembers that until `until`, when the session's cookies expire. Returns `true` when the
    /// session had not been ended before.
    ///
    /// The first reason counts, except that [`Ended::Replaced`] always overrides an earlier one: after a new login in
    /// the same browser, a deletion would hit the cookies of the new session.
    pub(crate) fn end(&self, id: SessionId, how: Ended, until: Timestamp, now: Timestamp) -> bool {
        let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        sessions.sweep(now);
        let before = sessions.get(&id).copied();
        let how = if how == Ended::Replaced { how } else { before.unwrap_or(how) };
        sessions.insert(id, how, until, now);
        before.is_none()
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
        let ended = EndedSessions::with_capacity(50);
        for number in 0..200 {
            ended.end(id(number), Ended::Revoked, NOW + Duration::from_secs(1000 + u64::from(number)), NOW);
        }
        assert!(ended.sessions.read().unwrap().len() <= 50);
        assert_eq!(ended.get(&id(199)), Ended::Revoked);
    }
}
