//! What happened to the requests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// More of them would say the same.
const EXAMPLES: usize = 5;

/// Counted by all clients at once.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    served: AtomicU64,
    to_login: AtomicU64,
    failed: AtomicU64,
    slowest_micros: AtomicU64,
    examples: Mutex<Vec<String>>,
}

impl Tally {
    pub(crate) fn answered(
        &self,
        path: &str,
        status: u16,
        leads_to: Option<&str>,
        complete: bool,
        took: Duration,
    ) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.slowest_micros.fetch_max(micros, Ordering::Relaxed);
        match (status, leads_to) {
            (200, _) if complete => {
                self.served.fetch_add(1, Ordering::Relaxed);
            }
            (300..=399, Some(place)) => {
                self.to_login.fetch_add(1, Ordering::Relaxed);
                self.remember(format!("{path} led to {place}"));
            }
            _ => self.failed(path, &format!("status {status}, complete: {complete}")),
        }
    }

    pub(crate) fn failed(&self, path: &str, why: &str) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        self.remember(format!("{path}: {why}"));
    }

    pub(crate) fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    pub(crate) fn to_login(&self) -> u64 {
        self.to_login.load(Ordering::Relaxed)
    }

    pub(crate) fn failures(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    pub(crate) fn slowest(&self) -> Duration {
        Duration::from_micros(self.slowest_micros.load(Ordering::Relaxed))
    }

    pub(crate) fn examples(&self) -> Vec<String> {
        self.lock().clone()
    }

    fn remember(&self, example: String) {
        let mut examples = self.lock();
        if examples.len() < EXAMPLES {
            examples.push(example);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.examples.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
