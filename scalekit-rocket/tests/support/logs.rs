//! What is logged on this thread.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

thread_local! {
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Collects what this thread logs until it is dropped.
pub(crate) struct Logs(());

impl Logs {
    /// Has events written, before the first one: an event that happened while nobody listened, or while a listener
    /// was being set up on another thread, may be switched off for good.
    pub(crate) fn listen() {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| {
            tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(|| ThisThread).init();
        });
    }

    /// Starts to collect.
    pub(crate) fn collect() -> Self {
        Self::listen();
        LINES.set(Some(Vec::new()));
        Self(())
    }

    /// Everything so far.
    pub(crate) fn text(&self) -> String {
        let Self(()) = self;
        String::from_utf8(LINES.with_borrow(|lines| lines.clone().unwrap_or_default())).unwrap()
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        LINES.set(None);
    }
}

struct ThisThread;

impl io::Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| {
            if let Some(lines) = lines {
                lines.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
