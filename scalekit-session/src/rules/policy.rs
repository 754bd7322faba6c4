//! [`Policy`]: when a session is refreshed and when it ends, as numbers that an application may change.

use std::time::Duration;

use crate::clock::Timestamp;

// R28
/// When a session is refreshed and when it ends.
///
/// Every request is judged by the present values, so a shorter limit applies at once to sessions that exist already.
///
/// ```
/// use scalekit_session::Policy;
/// use std::time::Duration;
///
/// let mut policy = Policy::default();
/// policy.idle_limit = Duration::from_secs(12 * 3600);
///
/// // Tokens with a life of an hour, of five minutes and of five seconds:
/// assert_eq!(policy.refresh_buffer(Duration::from_secs(3600)), Duration::from_secs(60));
/// assert_eq!(policy.refresh_buffer(Duration::from_secs(300)), Duration::from_secs(30));
/// assert_eq!(policy.refresh_buffer(Duration::from_secs(5)), Duration::from_secs(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// A session ends this long after its login, used or not. Default 30 days. Scalekit's own limit applies as well:
    /// when it is over, the next refresh is refused.
    pub absolute_limit: Duration,
    /// A session ends this long after its last refresh, or after its login when it was never refreshed. Default 7 days.
    pub idle_limit: Duration,
    // R41
    /// How far the clocks of this machine and of Scalekit may differ. Default 60 s, at most 300 s. The leeway does not
    /// extend the life of a token.
    pub leeway: Duration,
    // R2
    /// How long the new tokens of a refresh are kept in memory after a response first carried them, for requests that
    /// still carry the old refresh token. Default 60 s, which is longer than Scalekit accepts the old refresh token.
    pub retention: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Policy {
    pub(crate) const DEFAULT: Self = Self {
        absolute_limit: Duration::from_secs(30 * 24 * 3600),
        idle_limit: Duration::from_secs(7 * 24 * 3600),
        leeway: Duration::from_secs(60),
        retention: Duration::from_secs(60),
    };

    // R13
    /// How long before its end an access token is refreshed. `life` is the token's whole life, `exp` minus `iat`.
    ///
    /// 60 s, or 30 s for a life of at most 300 s, and never more than a fifth of the life.
    #[must_use]
    pub fn refresh_buffer(&self, life: Duration) -> Duration {
        let wanted = if life <= Duration::from_secs(300) { 30 } else { 60 };
        Duration::from_secs(wanted).min(life / 5)
    }

    /// When a token that arrives at `received_at` is over. Its life counts from its arrival, so that a wrong clock here
    /// neither shortens nor extends the life. But a token is never used after `exp` plus leeway.
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
    /// limit counts from `refreshed_at`, the last refresh.
    pub(crate) fn limit(&self, login_at: Timestamp, refreshed_at: Timestamp) -> Timestamp {
        (login_at + self.absolute_limit).min(refreshed_at + self.idle_limit)
    }

    /// From when on a refresh is due. `spread` changes the buffer by up to ±10 %, so that sessions that began
    /// together do not refresh together. It is a byte of the refresh token's hash, so every process gets the same
    /// result.
    pub(crate) fn refresh_due_at(&self, end: Timestamp, life: Duration, spread: u8) -> Timestamp {
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
        assert_eq!(policy.refresh_due_at(end, life, 0), end - Duration::from_secs(27));
        assert_eq!(policy.refresh_due_at(end, life, 255), end - Duration::from_secs(33));
        for spread in 0..=255 {
            assert!(policy.refresh_due_at(end, life, spread) > NOW, "a fresh token is never due");
        }
    }

    #[test]
    fn r41_life_counts_from_arrival_and_leeway_extends_none() {
        let policy = Policy::default();
        let second = Duration::from_secs(1);
        let life = 5 * second;
        for lag in [0, 11, 59, 60] {
            let lag = lag * second;
            // Our clock is behind the issuer's by `lag`: the token still lives its five seconds.
            assert_eq!(policy.end(NOW, NOW + lag, NOW + lag + life), NOW + life);
        }
        // Our clock is ahead by two minutes: the end is `exp` plus leeway, which has passed already.
        let ahead = NOW + 120 * second;
        assert_eq!(policy.end(ahead, NOW, NOW + life), NOW + life + policy.leeway);
        // `exp` before `iat`: such a token has no life.
        assert_eq!(policy.end(NOW, NOW + second, NOW), NOW);
    }
}
