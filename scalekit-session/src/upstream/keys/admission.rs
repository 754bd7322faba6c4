//! Whether a fetch of the keys may begin: one at a time, not right after a failure, not again in vain.

use std::time::Duration;

use super::{Budget, Landed};
use crate::Timestamp;
use crate::upstream::flight::Flight;

/// How long a budget rests after a fetch that did not bring the key it was begun for (R44).
const COOL_DOWN: Duration = Duration::from_secs(30);

/// The shortest and the longest rest after a failure.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// What is remembered of earlier fetches. Its size does not depend on what anybody asks for.
#[derive(Default)]
pub(super) struct Admission {
    flight: Option<Flight<Landed>>,
    failures: u32,
    retry_at: Timestamp,
    sealed_rests_until: Timestamp,
    presented_rests_until: Timestamp,
}

pub(super) enum Answer {
    Go,
    CoolDown { left: Duration },
    BackOff { left: Duration },
}

impl Admission {
    /// The fetch that is under way.
    pub(super) fn flight(&self) -> Option<&Flight<Landed>> {
        self.flight.as_ref()
    }

    pub(super) fn ask(&mut self, budget: Budget, now: Timestamp) -> Answer {
        if let Some(left) = left(self.retry_at, now, BACK_OFF.1) {
            return Answer::BackOff { left };
        }
        match left(*self.rest_of(budget), now, COOL_DOWN) {
            Some(left) => Answer::CoolDown { left },
            None => Answer::Go,
        }
    }

    pub(super) fn take_off(&mut self, flight: Flight<Landed>) {
        self.flight = Some(flight);
    }

    /// Notes that a fetch has ended well, though perhaps without the key it was begun for.
    pub(super) fn succeed(&mut self, missed: Option<Budget>, now: Timestamp) {
        self.flight = None;
        self.failures = 0;
        self.retry_at = Timestamp::EPOCH;
        if let Some(budget) = missed {
            *self.rest_of(budget) = now + COOL_DOWN;
        }
    }

    /// Notes that a fetch has failed. Gives the time to wait before the next.
    pub(super) fn fail(&mut self, asked: Option<Duration>, now: Timestamp) -> Duration {
        self.flight = None;
        let doubled = BACK_OFF.0 * 2_u32.saturating_pow(self.failures.min(8));
        let wait = doubled.max(asked.unwrap_or_default()).min(BACK_OFF.1);
        self.failures = self.failures.saturating_add(1);
        self.retry_at = now + wait;
        wait
    }

    fn rest_of(&mut self, budget: Budget) -> &mut Timestamp {
        match budget {
            Budget::Sealed => &mut self.sealed_rests_until,
            Budget::Presented => &mut self.presented_rests_until,
        }
    }
}

/// The rest of a wait that is never longer than `most`: after the clock was set back, an old end lies too far ahead
/// to be true.
fn left(until: Timestamp, now: Timestamp, most: Duration) -> Option<Duration> {
    Some(until.since(now)).filter(|left| !left.is_zero() && *left <= most)
}
