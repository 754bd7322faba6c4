//! The log: every event that this crate reports to operators. No other room writes log lines.
//!
//! The events are listed in `list.rs`, and `docs/events.md` says what to do about each. An event that any client can
//! provoke writes at most ten lines a second, so that no client can fill a disk. `flood.rs` counts the lines left out.

mod fields;
mod flood;
mod list;
#[cfg(test)]
mod tests;

pub(crate) use self::fields::{ErrorCode, Plain};
use self::flood::Flood;
pub(crate) use self::list::Event;
use self::list::EventKind;
use crate::clock::Timestamp;

/// Writes the events of one instance, within their limits.
#[derive(Debug)]
pub(crate) struct Events {
    floods: [Flood; EventKind::ALL.len()],
}

impl Events {
    /// Writes the line of an event. Counts it instead if its kind is limited and has written ten lines in this second.
    #[cold]
    pub(crate) fn emit(&self, event: Event<'_>, now: Timestamp) {
        let kind = event.kind();
        if kind.is_limited() && self.flood(kind).is_some_and(|flood| !flood.admits(now)) {
            return;
        }
        self.report_suppressed(|other, flood| other == kind || flood.is_over(now));
        event.write();
    }

    /// Writes how many lines were suppressed, for each kind that is `due`.
    fn report_suppressed(&self, due: impl Fn(EventKind, &Flood) -> bool) {
        for (kind, flood) in EventKind::ALL.into_iter().zip(&self.floods) {
            if flood.has_suppressed() && due(kind, flood) {
                match flood.take_suppressed() {
                    // Another thread has written the count in the meantime.
                    0 => {}
                    count => Event::Suppressed { kind: kind.name(), count }.write(),
                }
            }
        }
    }

    fn flood(&self, kind: EventKind) -> Option<&Flood> {
        self.floods.get(kind as usize)
    }
}

impl Default for Events {
    fn default() -> Self {
        Self { floods: std::array::from_fn(|_| Flood::default()) }
    }
}

impl Drop for Events {
    /// Writes the last counts, because no later event can do so.
    fn drop(&mut self) {
        self.report_suppressed(|_, _| true);
    }
}

impl Event<'_> {
    /// Writes the line of an event without a limit, where there is no instance to count lines.
    #[cold]
    pub(crate) fn emit_unlimited(self) {
        self.write();
    }
}
