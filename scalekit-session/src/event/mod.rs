//! What an operator is told: every event that this crate logs, and the one place that writes the lines.
//!
//! The list of events is `list.rs`; `docs/events.md` says what to do about each. An event that any client can provoke
//! writes at most ten lines a second, so that no client can fill a disk; `flood.rs` counts the rest.

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

/// The emitter of one instance.
#[derive(Debug)]
pub(crate) struct Events {
    floods: [Flood; EventKind::ALL.len()],
}

impl Events {
    /// Writes the line of an event, unless its kind has written ten lines in this second already.
    #[cold]
    pub(crate) fn emit(&self, event: Event<'_>, now: Timestamp) {
        let kind = event.kind();
        if kind.is_limited() && self.flood(kind).is_some_and(|flood| !flood.admits(now)) {
            return;
        }
        self.report_suppressed(|other, flood| other == kind || flood.is_over(now));
        event.write();
    }

    /// Says how many lines were suppressed, of each kind that is `due`.
    fn report_suppressed(&self, due: impl Fn(EventKind, &Flood) -> bool) {
        for (kind, flood) in EventKind::ALL.into_iter().zip(&self.floods) {
            if flood.has_suppressed() && due(kind, flood) {
                match flood.take_suppressed() {
                    // Another thread has said so in the meantime.
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
    /// The last counts: after this, no event can carry them along.
    fn drop(&mut self) {
        self.report_suppressed(|_, _| true);
    }
}

impl Event<'_> {
    /// Writes the line of an event where no instance is at hand, and so without a limit.
    #[cold]
    pub(crate) fn emit_unlimited(self) {
        self.write();
    }
}
