//! The cookies of one browser.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::header::{HeaderMap, SET_COOKIE};

/// Shared by all tabs of a browser. Answers are applied in the order in which they arrive, as browsers do.
#[derive(Debug, Default)]
pub(crate) struct Jar(Mutex<BTreeMap<String, String>>);

impl Jar {
    /// The value of `Cookie`.
    pub(crate) fn header(&self) -> String {
        let cookies = self.lock();
        let pairs = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Stores and removes what an answer says.
    pub(crate) fn apply(&self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            if attributes.contains("Max-Age=0") {
                self.lock().remove(name);
            } else {
                self.lock().insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
