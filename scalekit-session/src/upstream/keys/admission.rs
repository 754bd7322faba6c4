//! [`Admission`]: whether a fetch of the keys may begin. Only one at a time, not right after a failure, and not right
//! after a fetch that did not bring its key.

use std::time::Duration;

use super::{Budget, Landed};
use crate::clock::Timestamp;
use crate::upstream::flight::Flight;

/// How long no fetch of the same budget begins after a fetch that did not bring its key (R44).
const COOL_DOWN: Duration = Duration::from_secs(30);

/// The shortest and the longest wait after a failed fetch.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// What is remembered about earlier fetches. Its size is fixed: requests cannot make it grow.
#[derive(Default)]
pub(super) struct Admission {
    flight: Option<Flight<Landed>>,
    failures: u32,
    retry_at: Timestamp,
    sealed_rests_until: Timestamp,
    presented_rests_until: Timestamp,
}

/// Whether a fetch may begin now, or how long to wait for it.
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

    /// Records a successful fetch. `missed` is the budget of the key for which the fetch began, if it did not bring
    /// that key.
    pub(super) fn succeed(&mut self, missed: Option<Budget>, now: Timestamp) {
        self.flight = None;
        self.failures = 0;
        self.retry_at = Timestamp::EPOCH;
        if let Some(budget) = missed {
            *self.rest_of(budget) = now + COOL_DOWN;
        }
    }

    /// Records a failed fetch. Returns the time to wait before the next one.
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

/// The time left until `until`, or `None` when there is none left. More than `most` also counts as none: then the
/// clock was set back, and `until` is wrong.
fn left(until: Timestamp, now: Timestamp, most: Duration) -> Option<Duration> {
    Some(until.since(now)).filter(|left| !left.is_zero() && *left <= most)
}
