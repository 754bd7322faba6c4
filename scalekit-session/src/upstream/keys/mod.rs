//! [`Keys`]: Scalekit's published signing keys, kept current (R44, R45).
//!
//! Reading takes no lock. Only one fetch runs at a time, in a task of its own, however many requests miss a key; it
//! does not stop when these requests end. A fetch that did not bring the missing key begins a cool-down, in which no
//! other fetch begins. There are two cool-downs: one for key ids that only Scalekit can choose, one for key ids that
//! any client can make up. So made-up key ids do not delay real ones.

mod admission;
mod judge;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use futures_util::future::{Either, select};
use thiserror::Error;

use self::admission::{Admission, Answer};
use crate::clock::{Clock, Timestamp};
use crate::event::{Event, Events, Plain};
use crate::token::jwt::{KeySet, KeySetError};
use crate::upstream::flight::{Flight, Landing, flight};
use crate::upstream::runtime::Runtime;
use crate::upstream::transport::{HttpRequest, MAX_RESPONSE_BYTES, Transport, TransportError};

/// Keys older than this are fetched again in the background.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// Keys older than this are not used any more, even in an outage.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Safety margin: our fetch counts as later than another process's sighting of a key only by this much. The other
/// process has a clock of its own, and our fetch may have come from a cache.
const CLEARLY: Duration = Duration::from_secs(60);

/// The longest time that a fetch may take, for transports without a limit of their own.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which cool-down counts for a missing key: who can choose the key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Budget {
    /// The key id is in a sealed cookie or a token response: only Scalekit can choose it.
    Sealed,
    /// The key id is in a bearer token or a back-channel request: any client can make it up.
    Presented,
}

/// The result of asking for a missing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// The key set is what Scalekit publishes now. Look again: a key that is still missing is unknown.
    Updated,
    /// No fetch began, because the last one was too recent. This says nothing about the key (row 8c).
    Suppressed { retry_after: Duration },
    /// The fetch failed. This says nothing about the key (row 8c).
    Failed { retry_after: Duration },
}

/// Scalekit's published keys. Clones share them.
#[derive(Clone)]
pub(crate) struct Keys {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    transport: Arc<dyn Transport>,
    runtime: Arc<dyn Runtime>,
    clock: Arc<dyn Clock>,
    events: Arc<Events>,
    current: ArcSwap<KeySet>,
    none: Arc<KeySet>,
    /// When `current` was fetched, in milliseconds.
    fetched_at: AtomicU64,
    /// When a background fetch is due, in milliseconds.
    due_at: AtomicU64,
    admission: Mutex<Admission>,
}

/// How a fetch ended.
#[derive(Clone, Copy, Debug)]
enum Landed {
    Fetched,
    Failed { retry_after: Duration },
}

impl Keys {
    /// Begins without keys. `url` is the JWKS endpoint.
    pub(crate) fn new(
        url: String,
        transport: Arc<dyn Transport>,
        runtime: Arc<dyn Runtime>,
        clock: Arc<dyn Clock>,
        events: Arc<Events>,
    ) -> Self {
        let none = Arc::new(KeySet::default());
        Self {
            shared: Arc::new(Shared {
                url,
                transport,
                runtime,
                clock,
                events,
                current: ArcSwap::new(Arc::clone(&none)),
                none,
                fetched_at: AtomicU64::new(0),
                due_at: AtomicU64::new(0),
                admission: Mutex::default(),
            }),
        }
    }

    /// The keys of the last fetch. Empty when that fetch was more than a day ago.
    pub(crate) fn snapshot(&self, now: Timestamp) -> Guard<Arc<KeySet>> {
        if now.since(self.shared.fetched_at()) > STALE {
            return Guard::from_inner(Arc::clone(&self.shared.none));
        }
        self.shared.current.load()
    }

    /// Whether [`refresh`](Self::refresh) would begin a fetch.
    pub(crate) fn needs_refresh(&self, now: Timestamp) -> bool {
        let due_at = self.shared.due_at.load(Ordering::Relaxed);
        // after the clock was set back, an old due time is farther ahead than any due time can be
        let set_back = due_at != u64::MAX && Timestamp::from_millis(due_at).since(now) > FRESH;
        now.as_millis() >= due_at || set_back
    }

    /// Begins a fetch in the background when one is due. Waits for nothing.
    pub(crate) fn refresh(&self, now: Timestamp) {
        if !self.needs_refresh(now) {
            return;
        }
        let mut admission = self.shared.admission();
        // checked again under the lock, because another task may have begun or ended a fetch meanwhile
        if self.needs_refresh(now) && admission.flight().is_none() {
            let (_flight, landing) = self.shared.begin(&mut admission);
            drop(admission);
            self.shared.launch(landing, None);
        }
    }

    /// Fetches the keys because `kid` is not among them, or waits for a fetch that is under way.
    ///
    /// A fetch that is under way counts as if it began now. It may have begun before the key was published. Then the
    /// key is taken for unknown, which costs a refresh or one anonymous answer, but no session.
    pub(crate) async fn fetch(&self, budget: Budget, kid: Option<&str>, now: Timestamp) -> Fetched {
        Self::landed(self.admit(budget, kid, None, now)).await
    }

    /// Like [`fetch`](Self::fetch), for a key in a sealed cookie that is known to have been published at `seen_at`.
    /// When a later fetch did not bring this key, the key was withdrawn. That answer needs no new fetch, so no
    /// cool-down holds it back.
    pub(crate) async fn fetch_seen(&self, kid: &str, seen_at: Option<Timestamp>, now: Timestamp) -> Fetched {
        Self::landed(self.admit(Budget::Sealed, Some(kid), seen_at, now)).await
    }

    async fn landed(admitted: Result<Flight<Landed>, Fetched>) -> Fetched {
        let flight = match admitted {
            Ok(flight) => flight,
            Err(fetched) => return fetched,
        };
        match flight.await {
            Some(Landed::Fetched) => Fetched::Updated,
            Some(Landed::Failed { retry_after }) => Fetched::Failed { retry_after },
            None => Fetched::Failed { retry_after: Duration::from_secs(1) },
        }
    }

    fn admit(
        &self,
        budget: Budget,
        kid: Option<&str>,
        seen_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Flight<Landed>, Fetched> {
        let mut admission = self.shared.admission();
        let keys = self.snapshot(now);
        if kid.is_some_and(|kid| keys.find(kid).is_some()) {
            return Err(Fetched::Updated);
        }
        if let Some(flight) = admission.flight() {
            return Ok(flight.clone());
        }
        match admission.ask(budget, now) {
            Answer::Go => {}
            // the fetch that began the cool-down has shown that this key is withdrawn
            Answer::CoolDown { .. }
                if kid.is_some_and(|kid| keys.withdrew(kid))
                    || seen_at.is_some_and(|at| self.shared.fetched_at() >= at + CLEARLY) =>
            {
                return Err(Fetched::Updated);
            }
            Answer::CoolDown { left } | Answer::BackOff { left } => {
                return Err(Fetched::Suppressed { retry_after: left });
            }
        }
        let (flight, landing) = self.shared.begin(&mut admission);
        // unlocks before the launch: a runtime may run the task at once, and the task takes the lock
        drop(admission);
        let wanted = kid.map(|kid| (budget, kid.into()));
        self.shared.launch(landing, wanted);
        Ok(flight)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("url", &self.shared.url).finish_non_exhaustive()
    }
}

impl Shared {
    fn fetched_at(&self) -> Timestamp {
        Timestamp::from_millis(self.fetched_at.load(Ordering::Acquire))
    }

    fn admission(&self) -> MutexGuard<'_, Admission> {
        self.admission.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, admission: &mut Admission) -> (Flight<Landed>, Landing<Landed>) {
        let (flight, landing) = flight();
        admission.take_off(flight.clone());
        self.due_at.store(u64::MAX, Ordering::Relaxed);
        (flight, landing)
    }

    /// Fetches in a task of its own, so that other requests still get the keys when a client hangs up.
    fn launch(self: &Arc<Self>, landing: Landing<Landed>, wanted: Option<(Budget, Box<str>)>) {
        let landing = Some(landing);
        let fetch = Fetch { shared: Arc::clone(self), landing, wanted, fetched: Err(FetchError::Dropped) };
        self.runtime.spawn(Box::pin(async move {
            let fetched = fetch.shared.read_published().await;
            drop(fetch.with(fetched));
        }));
    }

    async fn read_published(&self) -> Result<KeySet, FetchError> {
        let answer = self.transport.send(HttpRequest::get(&*self.url));
        let response = match select(answer, self.runtime.sleep(PATIENCE)).await {
            Either::Left((answer, _)) => answer?,
            Either::Right(_) => return Err(FetchError::Patience),
        };
        if response.status != 200 || response.body.len() > MAX_RESPONSE_BYTES {
            return Err(FetchError::Status { status: response.status, retry_after: response.retry_after });
        }
        Ok(KeySet::parse(&response.body, Some(&self.current.load()))?)
    }
}

/// Ends a fetch when it is dropped: after the fetch, but also when the task panics or the runtime shuts down, so that
/// no request waits for ever.
struct Fetch {
    shared: Arc<Shared>,
    landing: Option<Landing<Landed>>,
    wanted: Option<(Budget, Box<str>)>,
    fetched: Result<KeySet, FetchError>,
}

impl Fetch {
    fn with(mut self, fetched: Result<KeySet, FetchError>) -> Self {
        self.fetched = fetched;
        self
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        let now = self.shared.clock.now();
        let mut admission = self.shared.admission();
        let (landed, due_at) = match std::mem::replace(&mut self.fetched, Err(FetchError::Dropped)) {
            Ok(keys) => {
                let missed = self.wanted.take().filter(|(_, kid)| keys.find(kid).is_none());
                admission.succeed(missed.map(|(budget, _)| budget), now);
                self.shared.current.store(Arc::new(keys));
                self.shared.fetched_at.store(now.as_millis(), Ordering::Release);
                (Landed::Fetched, now + FRESH)
            }
            Err(error) => {
                let retry_after = admission.fail(error.retry_after(), now);
                self.shared.events.emit(Event::KeysNotFetched { error: &error, retry_after }, now);
                (Landed::Failed { retry_after }, now + retry_after)
            }
        };
        self.shared.due_at.store(due_at.as_millis(), Ordering::Relaxed);
        drop(admission);
        if let Some(landing) = self.landing.take() {
            landing.land(landed);
        }
    }
}

#[derive(Debug, Error)]
enum FetchError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("no answer within {PATIENCE:?}")]
    Patience,
    #[error("status {status}")]
    Status { status: u16, retry_after: Option<Duration> },
    #[error(transparent)]
    KeySet(#[from] KeySetError),
    #[error("the task was dropped")]
    Dropped,
}

impl Plain for FetchError {}

impl FetchError {
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Transport(_) | Self::Patience | Self::KeySet(_) | Self::Dropped => None,
        }
    }
}
