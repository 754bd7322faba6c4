//! When a session is refreshed and when it is over, as numbers that an application may change.
//!
//! ```
//! use scalekit_session::Policy;
//! use std::time::Duration;
//!
//! let policy = Policy::default();
//! assert_eq!(policy.refresh_buffer(Duration::from_secs(3600)), Duration::from_secs(60));
//! assert_eq!(policy.refresh_buffer(Duration::from_secs(300)), Duration::from_secs(30));
//! assert_eq!(policy.refresh_buffer(Duration::from_secs(5)), Duration::from_secs(1));
//! ```

use std::time::Duration;

use crate::clock::Timestamp;

/// Limits and margins of every session, evaluated against the current configuration on each request: tightening
/// applies at once to sessions that are under way (R28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// A session ends this long after login, whatever happens. Default 30 days. Scalekit's own limit applies as
    /// well: it shows at the next refresh.
    pub absolute_limit: Duration,
    /// A session ends this long after its last rotation. Default 7 days.
    pub idle_limit: Duration,
    /// How far clocks may differ. Default 60 s, at most 300 s. Leeway extends no token's life (R41).
    pub leeway: Duration,
    /// How long the successor of a refresh token is kept after it was first handed out. Default 60 s, which is more
    /// than Scalekit's grace for the old token (R2).
    pub retention: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            absolute_limit: Duration::from_secs(30 * 24 * 3600),
            idle_limit: Duration::from_secs(7 * 24 * 3600),
            leeway: Duration::from_secs(60),
            retention: Duration::from_secs(60),
        }
    }
}

impl Policy {
    /// How long before its end a token of that life is refreshed: 60 s, 30 s for a life of at most 300 s, and never
    /// more than a fifth of the life (R13).
    #[must_use]
    pub fn refresh_buffer(&self, life: Duration) -> Duration {
        let wanted = if life <= Duration::from_secs(300) { 30 } else { 60 };
        Duration::from_secs(wanted).min(life / 5)
    }

    /// When a token received now is over: its life counts from its arrival, so that a wrong clock here neither
    /// shortens nor extends it, but never past `exp` plus leeway.
    pub(crate) fn end(
        &self,
        received_at: Timestamp,
        issued_at: Timestamp,
        expires_at: Timestamp,
    ) -> Timestamp {
        let life = expires_at.since(issued_at);
        (received_at + life).min(expires_at + self.leeway)
    }

    /// When a session is over, whatever its tokens say: the earlier of its absolute and its idle limit (R28). The idle
    /// limit counts from the last rotation.
    pub(crate) fn limit(&self, login_at: Timestamp, rotated_at: Timestamp) -> Timestamp {
        (login_at + self.absolute_limit).min(rotated_at + self.idle_limit)
    }

    /// From when on a refresh is due. `spread` moves the buffer by up to ±10 %, the same for one session's token in
    /// every process, so that sessions that began together do not refresh together.
    pub(crate) fn soft(&self, end: Timestamp, life: Duration, spread: u8) -> Timestamp {
        let buffer = self.refresh_buffer(life);
        let tenth = buffer / 10;
        end - (buffer - tenth + tenth * 2 * u32::from(spread) / 255)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_760_000_000);

    #[test]
    fn r13_the_buffer_is_jittered_by_a_tenth_at_most() {
        let policy = Policy::default();
        let end = NOW + Duration::from_secs(300);
        let life = Duration::from_secs(300);
        assert_eq!(policy.soft(end, life, 0), end - Duration::from_secs(27));
        assert_eq!(policy.soft(end, life, 255), end - Duration::from_secs(33));
        for spread in 0..=255 {
            assert!(policy.soft(end, life, spread) > NOW, "a fresh token is never due");
        }
    }

    #[test]
    fn r41_life_counts_from_arrival_and_leeway_extends_none() {
        let policy = Policy::default();
        let second = Duration::from_secs(1);
        let life = 5 * second;
        for lag in [0, 11, 59, 60] {
            let lag = lag * second;
            // This clock is behind the issuer's by `lag`: the token still lives its five seconds.
            assert_eq!(policy.end(NOW, NOW + lag, NOW + lag + life), NOW + life);
        }
        // This clock is ahead by two minutes: `exp` plus leeway is the end, already past.
        let ahead = NOW + 120 * second;
        assert_eq!(policy.end(ahead, NOW, NOW + life), NOW + life + policy.leeway);
        // An issuer that claims a life of a second less than nothing gets none.
        assert_eq!(policy.end(NOW, NOW + second, NOW), NOW);
    }
}
