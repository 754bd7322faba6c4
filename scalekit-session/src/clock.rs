//! [`Timestamp`], a point in time, and [`Clock`], which tells the present one.
//!
//! Rules take `now` as a parameter. The clock is read once per decision, and again after I/O. No other code of this crate
//! asks the system for the time.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time, in milliseconds since the Unix epoch. Sums and differences saturate, so hostile times cannot
/// overflow.
///
/// ```
/// use scalekit_session::Timestamp;
/// use std::time::Duration;
///
/// let login = Timestamp::from_secs(1_760_000_000);
/// assert_eq!(login + Duration::from_secs(60), Timestamp::from_secs(1_760_000_060));
/// assert_eq!(login.since(login + Duration::from_secs(1)), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);

    /// The point in time so many whole seconds after the Unix epoch. JWTs carry times in this unit.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// The point in time so many milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The time from `earlier` to this point in time. Zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }
}

/// The same point in time for the standard library, say to format a date or to compare with a file's time.
///
/// ```
/// use scalekit_session::Timestamp;
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
///
/// let login = SystemTime::from(Timestamp::from_millis(1_760_000_000_250));
/// assert_eq!(login, UNIX_EPOCH + Duration::from_millis(1_760_000_000_250));
/// ```
///
/// Never panics: where the platform's `SystemTime` does not reach that far, the result is the end of the year 9999.
impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        let since_epoch = Duration::from_millis(timestamp.as_millis());
        let at = [since_epoch, END_OF_9999].into_iter().find_map(|span| UNIX_EPOCH.checked_add(span));
        at.unwrap_or(UNIX_EPOCH)
    }
}

const END_OF_9999: Duration = Duration::from_secs(253_402_300_799);

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Tells the time. Tests give the builder a clock that they can move: `testing::ManualClock`, with the feature
/// `testing`.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        Timestamp::EPOCH + since_epoch.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates_at_both_ends() {
        let end = Timestamp::from_millis(u64::MAX);
        assert_eq!(end + Duration::from_secs(1), end);
        assert_eq!(Timestamp::EPOCH - Duration::from_secs(1), Timestamp::EPOCH);
        assert_eq!(Timestamp::from_secs(u64::MAX), end);
        assert_eq!(Timestamp::EPOCH + Duration::MAX, end);
    }

    #[test]
    fn a_system_time_is_the_same_point_in_time() {
        let span = Duration::from_millis(1_760_000_000_250);
        assert_eq!(SystemTime::from(Timestamp::from_millis(1_760_000_000_250)), UNIX_EPOCH + span);
        assert_eq!(SystemTime::from(Timestamp::EPOCH), UNIX_EPOCH);
        let end = SystemTime::from(Timestamp::from_millis(u64::MAX));
        assert!(end >= UNIX_EPOCH + END_OF_9999, "and it does not panic");
    }

    #[test]
    fn seconds_round_down() {
        assert_eq!(Timestamp::from_millis(1_999).as_secs(), 1);
    }
}
