//! What is known of refresh tokens: in flight, rotated, failed for now, refused. Synchronous; time is a parameter.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::{RefreshKey, SessionId};
use crate::memory::swept::SweptMap;
use crate::rules::decide::{Refreshed, Standing};
use crate::session::SealedSession;
use crate::upstream::flight::{Flight, Landing, flight};

/// The successor of a refresh token: the sealed session to hand out, and its claims. No tokens in the clear.
pub(crate) struct Successor {
    pub(crate) sealed: SealedSession,
    /// Whether the new access token verified and may be served.
    pub(crate) usable: bool,
    landed_at: Timestamp,
    /// Milliseconds; 0 while no request was given it.
    handed_out_at: AtomicU64,
}

impl fmt::Debug for Successor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Successor").field("session", &self.sealed.session).finish_non_exhaustive()
    }
}

impl Successor {
    pub(crate) fn new(sealed: SealedSession, usable: bool, now: Timestamp) -> Self {
        Self { sealed, usable, landed_at: now, handed_out_at: AtomicU64::new(0) }
    }

    pub(crate) fn hand_out(&self, now: Timestamp) {
        let first = now.as_millis().max(1);
        let _already = self.handed_out_at.compare_exchange(0, first, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Kept until a browser shows the successor at a time when every response with an older cookie has arrived; at
    /// most `UNCLAIMED`, or `retention` after it was first handed out.
    fn is_over(&self, retention: Duration, now: Timestamp) -> bool {
        let settled_at = match self.handed_out_at.load(Ordering::Acquire) {
            0 => None,
            first => Some(Timestamp::from_millis(first) + retention),
        };
        let arrived = settled_at.is_some_and(|at| now >= at && self.sealed.session.seen_at() >= at);
        // Handed out late, it still has to arrive.
        let unclaimed = self.landed_at + UNCLAIMED;
        arrived || now >= settled_at.map_or(unclaimed, |at| at.max(unclaimed))
    }

    /// Whether Scalekit gave another refresh token for it: then it is spent.
    fn spends(&self, key: &RefreshKey) -> bool {
        self.sealed.session.facts().refresh != Some(*key)
    }

    fn is_newer_than(&self, generation: u32) -> bool {
        self.sealed.session.facts().generation > generation
    }

    fn bytes(&self) -> usize {
        self.sealed.value.len() * 2
    }
}

/// How long a successor waits for a browser that never came back for it.
const UNCLAIMED: Duration = Duration::from_secs(15 * 60);
/// How long a refused or spent token, and the newest generation of a session, are remembered.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);
/// Successors kept at most, in bytes; beyond it the oldest go first.
const CAPACITY: usize = 64 * 1024 * 1024;
/// Refused and spent tokens remembered at most, under 100 bytes each; beyond it the oldest go first.
const REMEMBERED_AT_MOST: usize = 500_000;
/// Sessions whose newest generation is remembered at most, under 100 bytes each.
const NEWEST_AT_MOST: usize = 1_000_000;
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// The longest pause between two attempts with one token (R10).
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// A pause is never longer than the longest: after the clock was set back, its end lies too far ahead to be true.
fn is_pause(until: Timestamp, now: Timestamp) -> bool {
    now < until && until.since(now) <= LONGEST_PAUSE
}

#[derive(Debug)]
enum Entry {
    Flying(Flight<Outcome>),
    Succeeded(Arc<Successor>),
    BackOff {
        until: Timestamp,
        failures: u32,
    },
    Rejected {
        since: Timestamp,
        answered: bool,
    },
    /// Scalekit took the token, and there is no successor to hand out: never sent again.
    Spent {
        since: Timestamp,
    },
}

/// What a request that needs a refresh is told.
#[derive(Debug)]
pub(crate) enum Joined {
    /// A call is under way: wait for it.
    Flying(Flight<Outcome>),
    /// Nothing is known: the caller makes the call, and every other request waits for it.
    Begun(Flight<Outcome>, RefreshLanding),
    /// The outcome of an earlier call: no call is made.
    Known(Outcome),
}

/// How a call ended, for every request that waited.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) refreshed: Refreshed,
    /// The successor, when there is one.
    pub(crate) successor: Option<Arc<Successor>>,
}

impl Outcome {
    pub(crate) fn without_successor(refreshed: Refreshed) -> Self {
        Self { refreshed, successor: None }
    }

    pub(crate) fn with(successor: Arc<Successor>) -> Self {
        Self { refreshed: Refreshed::Succeeded { usable: successor.usable }, successor: Some(successor) }
    }
}

/// Where the task that makes a call hands in its outcome.
#[derive(Debug)]
pub(crate) struct RefreshLanding {
    landing: Landing<Outcome>,
    /// Attempts with this token that failed before this one.
    pub(crate) failures: u32,
}

impl RefreshLanding {
    pub(crate) fn land(self, outcome: Outcome) {
        self.landing.land(outcome);
    }
}

#[derive(Debug, Default)]
pub(crate) struct RefreshTable {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    entries: HashMap<RefreshKey, Entry>,
    newest: SweptMap<SessionId, u32>,
    swept_at: Timestamp,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            newest: SweptMap::new(NEWEST_AT_MOST, SWEEP_EVERY),
            swept_at: Timestamp::EPOCH,
        }
    }
}

impl RefreshTable {
    /// How a refresh token stands, for the decision.
    pub(crate) fn standing(&self, key: &RefreshKey, now: Timestamp) -> Standing {
        match self.lock().entries.get(key) {
            Some(Entry::BackOff { until, .. }) if is_pause(*until, now) => {
                Standing::BackOff { until: *until }
            }
            Some(Entry::Rejected { since, .. }) => Standing::Rejected { since: *since },
            Some(Entry::Spent { .. }) => Standing::Spent,
            _ => Standing::Ready,
        }
    }

    /// Joins what is under way or at hand for this token, or has the caller make a call: at most one per token, ever (R1).
    /// A server that does not rotate hands the same token back; there `generation` tells whether the result at hand is
    /// newer than what the request shows.
    pub(crate) fn join(
        &self,
        key: RefreshKey,
        generation: u32,
        retention: Duration,
        now: Timestamp,
    ) -> Joined {
        let mut inner = self.lock();
        inner.sweep(retention, now);
        let refreshed = match inner.entries.get(&key) {
            Some(Entry::Flying(flight)) => return Joined::Flying(flight.clone()),
            Some(Entry::Succeeded(successor))
                if successor.spends(&key) || successor.is_newer_than(generation) =>
            {
                return Joined::Known(Outcome::with(inner.newest_successor(successor)));
            }
            Some(Entry::BackOff { until, .. }) if is_pause(*until, now) => {
                Some(Refreshed::Failed { retry_after: until.since(now) })
            }
            Some(Entry::Rejected { since, .. }) => Some(Refreshed::Rejected { since: *since }),
            Some(Entry::Spent { .. }) => Some(Refreshed::Spent),
            Some(Entry::BackOff { .. } | Entry::Succeeded(_)) | None => None,
        };
        if let Some(refreshed) = refreshed {
            return Joined::Known(Outcome::without_successor(refreshed));
        }
        let failures = inner.failures(&key);
        let (flight, landing) = flight();
        inner.entries.insert(key, Entry::Flying(flight.clone()));
        Joined::Begun(flight, RefreshLanding { landing, failures })
    }

    /// A rotation: publishes the successor for everybody who still comes with the old token.
    pub(crate) fn succeed(&self, key: RefreshKey, successor: Arc<Successor>, now: Timestamp) {
        let mut inner = self.lock();
        let facts = successor.sealed.session.facts();
        let newest =
            inner.newest.get(&facts.session_id).map_or(facts.generation, |own| facts.generation.max(*own));
        inner.newest.insert(facts.session_id, newest, now + REMEMBERED, now);
        inner.entries.insert(key, Entry::Succeeded(successor));
    }

    /// `invalid_grant`. Returns when the token was refused first.
    pub(crate) fn reject(&self, key: RefreshKey, now: Timestamp) -> Timestamp {
        let mut inner = self.lock();
        if let Some(Entry::Rejected { since, .. }) = inner.entries.get(&key) {
            return *since;
        }
        inner.entries.insert(key, Entry::Rejected { since: now, answered: false });
        now
    }

    /// Scalekit took the token, and what it gave for it is of no use.
    pub(crate) fn spend(&self, key: RefreshKey, now: Timestamp) {
        self.lock().entries.insert(key, Entry::Spent { since: now });
    }

    /// A failure that may pass. Returns when the next attempt may be made: after a pause that doubles, is jittered
    /// by a fifth, and follows `Retry-After`, up to ten seconds (R10).
    pub(crate) fn fail(
        &self,
        key: RefreshKey,
        failures: u32,
        asked: Option<Duration>,
        now: Timestamp,
    ) -> Timestamp {
        let doubled = FIRST_PAUSE.saturating_mul(1 << failures.min(4)).min(LONGEST_PAUSE);
        let jitter = u32::from(key.spread()) * 200 / 255;
        let jittered = doubled * (1000 - jitter) / 1000;
        let until = now + asked.unwrap_or_default().max(jittered).min(LONGEST_PAUSE);
        self.lock().entries.insert(key, Entry::BackOff { until, failures: failures + 1 });
        until
    }

    /// Forgets a call whose session ended meanwhile.
    pub(crate) fn forget(&self, key: &RefreshKey) {
        self.lock().entries.remove(key);
    }

    /// Logout: nobody can pick up a successor of that session any more (R32).
    pub(crate) fn drop_session(&self, id: &SessionId) {
        let of_session = |entry: &Entry| matches!(entry, Entry::Succeeded(successor) if successor.sealed.session.facts().session_id == *id);
        self.lock().entries.retain(|_, entry| !of_session(entry));
    }

    /// Notes that a browser shows that generation: another process, or an application that shares the cookie, may have
    /// rotated the session since we last did.
    pub(crate) fn seen(&self, id: &SessionId, generation: u32) {
        if let Some(newest) = self.lock().newest.get_mut(id) {
            *newest = generation.max(*newest);
        }
    }

    /// Whether a response may write that generation: none newer is known (R54).
    pub(crate) fn is_newest(&self, id: &SessionId, generation: u32) -> bool {
        self.lock().newest.get(id).is_none_or(|newest| generation >= *newest)
    }

    /// Whether a navigation whose token was refused moments ago should simply ask again, once (16a).
    pub(crate) fn may_ask_again(&self, key: &RefreshKey) -> bool {
        match self.lock().entries.get_mut(key) {
            Some(Entry::Rejected { answered, .. }) => !std::mem::replace(answered, true),
            _ => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The end of the chain: a second rotation may have happened before a latecomer of the first one arrives.
    fn newest_successor(&self, first: &Arc<Successor>) -> Arc<Successor> {
        let mut newest = first;
        for _ in 0..16 {
            let next = newest.sealed.session.facts().refresh.and_then(|key| self.entries.get(&key));
            match next {
                Some(Entry::Succeeded(successor)) if !Arc::ptr_eq(successor, newest) => newest = successor,
                _ => break,
            }
        }
        Arc::clone(newest)
    }

    fn failures(&self, key: &RefreshKey) -> u32 {
        match self.entries.get(key) {
            Some(Entry::BackOff { failures, .. }) => *failures,
            _ => 0,
        }
    }

    fn sweep(&mut self, retention: Duration, now: Timestamp) {
        if now >= self.swept_at && now.since(self.swept_at) < SWEEP_EVERY {
            return;
        }
        self.swept_at = now;
        let mut bytes = 0;
        let mut remembered = Vec::new();
        self.entries.retain(|key, entry| match entry {
            Entry::Flying(_) => true,
            Entry::Succeeded(successor) if successor.is_over(retention, now) => {
                let spent = successor.spends(key);
                *entry = Entry::Spent { since: now };
                spent
            }
            Entry::Succeeded(successor) => {
                bytes += successor.bytes();
                true
            }
            Entry::BackOff { until, .. } => now < *until + LONGEST_PAUSE * 6,
            Entry::Rejected { since, .. } | Entry::Spent { since } => {
                remembered.push(*since);
                now < *since + REMEMBERED
            }
        });
        if remembered.len() > REMEMBERED_AT_MOST {
            let excess = remembered.len() - REMEMBERED_AT_MOST;
            let (_, cut, _) = remembered.select_nth_unstable(excess);
            let cut = *cut;
            self.entries.retain(|_, entry| {
                !matches!(entry, Entry::Rejected { since, .. } | Entry::Spent { since } if *since < cut)
            });
        }
        self.newest.sweep(now);
        if bytes > CAPACITY {
            self.drop_oldest(bytes - CAPACITY, now);
        }
    }

    fn drop_oldest(&mut self, mut excess: usize, now: Timestamp) {
        let mut successor: Vec<(Timestamp, RefreshKey, usize, bool)> = self
            .entries
            .iter()
            .filter_map(|(key, entry)| match entry {
                Entry::Succeeded(successor) => {
                    Some((successor.landed_at, *key, successor.bytes(), successor.spends(key)))
                }
                _ => None,
            })
            .collect();
        successor.sort_unstable_by_key(|(at, ..)| *at);
        for (_, key, bytes, spent) in successor {
            if excess == 0 {
                return;
            }
            if spent {
                self.entries.insert(key, Entry::Spent { since: now });
            } else {
                self.entries.remove(&key);
            }
            excess = excess.saturating_sub(bytes);
        }
    }
}
