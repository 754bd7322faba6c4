//! [`Flood`]: counts how many lines of one kind were written in the last second, and how many were suppressed.
//!
//! [`Window`] is the rule, without threads. [`Flood`] keeps a window in an atomic number, so that no event waits for a
//! lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Timestamp;

/// How many lines of one kind one window may have.
const LINES: u8 = 10;

/// How long a window lasts.
const SPAN: Duration = Duration::from_secs(1);

/// One second of lines. It starts when its first line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    start: Timestamp,
    lines: u8,
}

impl Window {
    /// The window after one more line. `None` when the line must be suppressed.
    fn with_line(self, now: Timestamp) -> Option<Self> {
        if self.is_over(now) {
            return Some(Self { start: now, lines: 1 });
        }
        (self.lines < LINES).then_some(Self { lines: self.lines.saturating_add(1), ..self })
    }

    /// Whether the window has ended. A clock that was set back by a second or more ends it, too: otherwise lines would
    /// be suppressed until the clock reached `start` again.
    fn is_over(self, now: Timestamp) -> bool {
        now.since(self.start) >= SPAN || self.start.since(now) >= SPAN
    }

    /// The window as one number: the lowest eight bits are the lines, the others the milliseconds of `start`.
    const fn pack(self) -> u64 {
        self.start.as_millis() << 8 | self.lines as u64
    }

    const fn unpack(packed: u64) -> Self {
        let [.., lines] = packed.to_be_bytes();
        Self { start: Timestamp::from_millis(packed >> 8), lines }
    }
}

/// The window of one kind of event.
#[derive(Debug, Default)]
pub(super) struct Flood {
    window: AtomicU64,
    suppressed: AtomicU64,
}

impl Flood {
    /// Whether a line may be written now. A line that may not be written is counted as suppressed.
    pub(super) fn admits(&self, now: Timestamp) -> bool {
        let next = |packed| Window::unpack(packed).with_line(now).map(Window::pack);
        let admitted = self.window.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok();
        if !admitted {
            self.suppressed.fetch_add(1, Ordering::Relaxed);
        }
        admitted
    }

    /// Whether the second in which the last lines were written has passed.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        Window::unpack(self.window.load(Ordering::Relaxed)).is_over(now)
    }

    pub(super) fn has_suppressed(&self) -> bool {
        self.suppressed.load(Ordering::Relaxed) > 0
    }

    /// How many lines were suppressed since the last call.
    pub(super) fn take_suppressed(&self) -> u64 {
        self.suppressed.swap(0, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_secs(1_760_000_000);

    fn lines(flood: &Flood, events: usize, now: Timestamp) -> usize {
        (0..events).filter(|_| flood.admits(now)).count()
    }

    #[test]
    fn ten_lines_are_written_in_a_second_and_ten_more_in_the_next() {
        let flood = Flood::default();
        assert_eq!(lines(&flood, 100, NOON), 10);
        assert_eq!(lines(&flood, 100, NOON + Duration::from_millis(999)), 0);
        assert_eq!(flood.take_suppressed(), 190);
        assert_eq!(lines(&flood, 100, NOON + SPAN), 10);
        assert_eq!((flood.take_suppressed(), flood.take_suppressed()), (90, 0));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_silence_a_kind() {
        let flood = Flood::default();
        assert_eq!(lines(&flood, 100, NOON), 10);
        assert_eq!(
            lines(&flood, 1, NOON - Duration::from_millis(1)),
            0,
            "two threads' clocks differ by little"
        );
        assert_eq!(lines(&flood, 100, NOON - Duration::from_secs(3600)), 10);
    }

    #[test]
    fn a_clock_at_either_end_of_time_is_no_failure() {
        for now in [Timestamp::EPOCH, Timestamp::from_millis(u64::MAX)] {
            let flood = Flood::default();
            assert!(lines(&flood, 100, now) >= 10);
        }
    }

    #[test]
    fn threads_share_one_limit_and_lose_no_count() {
        let flood = Flood::default();
        let written: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| lines(&flood, 10_000, NOON))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(written, 10);
        assert_eq!(flood.take_suppressed(), 39_990);
    }

    #[test]
    fn a_window_is_read_as_it_was_packed() {
        for window in [Window { start: NOON, lines: 0 }, Window { start: Timestamp::EPOCH, lines: LINES }] {
            assert_eq!(Window::unpack(window.pack()), window);
        }
    }
}
