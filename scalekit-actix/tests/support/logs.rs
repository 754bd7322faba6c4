//! What a test's application logs, on the test's thread and on those of its workers.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, Once};

type Lines = Arc<Mutex<Vec<u8>>>;

thread_local! {
    static LINES: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

/// What is logged on the threads that write to it.
#[derive(Clone)]
pub(crate) struct Logs(Lines);

impl Logs {
    /// Has events written, before the first one: an event that happened while nobody listened, or while a listener
    /// was being set up on another thread, may be switched off for good.
    pub(crate) fn listen() {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| {
            tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(|| ThisThread).init();
        });
    }

    /// Starts to collect anew on this thread, and on every one that adopts what it collects.
    pub(crate) fn collect() -> Self {
        Self::listen();
        let logs = Self(Lines::default());
        logs.adopt();
        logs
    }

    /// What this thread collects.
    pub(crate) fn of_this_thread() -> Self {
        Self::listen();
        LINES.with_borrow(Option::clone).map_or_else(Self::collect, Self)
    }

    /// Collects what the calling thread logs as well.
    pub(crate) fn adopt(&self) {
        LINES.set(Some(Arc::clone(&self.0)));
    }

    /// Everything so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

struct ThisThread;

impl io::Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow(|lines| {
            if let Some(lines) = lines {
                lines.lock().unwrap().extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
