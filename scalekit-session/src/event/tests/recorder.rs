//! A log subscriber for tests: it keeps the lines that are logged on this thread.

use std::cell::RefCell;
use std::fmt;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Level, Metadata, Subscriber};

/// A line of the log.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) target: &'static str,
    pub(super) level: Level,
    pub(super) fields: Vec<(&'static str, String)>,
}

impl Line {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.push((field.name(), format!("{value:?}")));
    }
}

thread_local! {
    static LINES: RefCell<Option<Vec<Line>>> = const { RefCell::new(None) };
}

/// Listens for the whole process, and keeps the lines of threads that ask for them.
///
/// A subscriber of one thread would not do: `tracing` asks only the thread that meets an event first whether a
/// subscriber wants the event, and the other tests' threads have none.
struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &tracing::Event<'_>) {
        LINES.with_borrow_mut(|lines| {
            let Some(lines) = lines else { return };
            let metadata = event.metadata();
            let (name, target, level) = (metadata.name(), metadata.target(), *metadata.level());
            let mut line = Line { name, target, level, fields: Vec::new() };
            event.record(&mut line);
            lines.push(line);
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What is logged while this runs.
pub(super) fn record(run: impl FnOnce()) -> Vec<Line> {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| tracing::subscriber::set_global_default(Recorder).unwrap());
    // An event that another thread met while the subscriber was being set up may have missed it.
    tracing::callsite::rebuild_interest_cache();
    LINES.set(Some(Vec::new()));
    run();
    LINES.take().unwrap_or_default()
}
