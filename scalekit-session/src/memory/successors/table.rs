//! [`RefreshTable`]: the state of each refresh token that this process has sent. Each was refreshed, refused or spent,
//! has failed for now, or is being sent. The table never waits, and gets the time as a parameter.

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

/// The result of a refresh: the sealed session to hand out, and its claims. Its tokens are sealed.
pub(crate) struct Successor {
    pub(crate) sealed: SealedSession,
    /// Whether the new access token verified and may be served.
    pub(crate) usable: bool,
    landed_at: Timestamp,
    /// When a request first got this successor, in milliseconds. 0 until then.
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

    /// Notes that a request got this successor. Only the first time counts.
    pub(crate) fn hand_out(&self, now: Timestamp) {
        let first = now.as_millis().max(1);
        let _already = self.handed_out_at.compare_exchange(0, first, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Whether the successor need not be kept any longer.
    ///
    /// It is kept until a browser shows its cookie at least `retention` after it was first handed out: by then every
    /// response with an older cookie has arrived. It is kept at most for [`UNCLAIMED`], or until `retention` after it
    /// was first handed out if that is later.
    fn is_over(&self, retention: Duration, now: Timestamp) -> bool {
        let settled_at = match self.handed_out_at.load(Ordering::Acquire) {
            0 => None,
            first => Some(Timestamp::from_millis(first) + retention),
        };
        let arrived = settled_at.is_some_and(|at| now >= at && self.sealed.session.seen_at() >= at);
        // A successor that was first handed out late is kept longer, because its response still has to arrive.
        let unclaimed = self.landed_at + UNCLAIMED;
        arrived || now >= settled_at.map_or(unclaimed, |at| at.max(unclaimed))
    }

    /// Whether the refresh spent the token with that key: it did if Scalekit sent a new refresh token.
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

/// How long a successor is kept for a browser that does not come back.
const UNCLAIMED: Duration = Duration::from_secs(15 * 60);
/// How long the table remembers a refused or spent token, and the newest generation of a session.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);
/// How many bytes of successors are kept. When there are more, the oldest are dropped first.
const CAPACITY: usize = 64 * 1024 * 1024;
/// How many refused and spent tokens are remembered, under 100 bytes each. When there are more, the oldest are dropped
/// first.
const REMEMBERED_AT_MOST: usize = 500_000;
/// For how many sessions the newest generation is remembered, under 100 bytes each.
const NEWEST_AT_MOST: usize = 1_000_000;
/// How much time passes between two sweeps of the table.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// The longest pause between two attempts with one refresh token (R10).
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The pause after the first failed attempt.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Whether a pause still lasts. When the clock was set back, `until` may lie further ahead than the longest pause. Such
/// a pause does not count.
fn is_pause(until: Timestamp, now: Timestamp) -> bool {
    now < until && until.since(now) <= LONGEST_PAUSE
}

/// The state of one refresh token.
#[derive(Debug)]
enum Entry {
    /// The token is being sent.
    Flying(Flight<Outcome>),
    /// Scalekit sent new tokens.
    Succeeded(Arc<Successor>),
    /// Attempts have failed for a passing reason. The next one may be made at `until`.
    BackOff { until: Timestamp, failures: u32 },
    /// Scalekit refused the token, first at `since`. `answered` says that a page load was already told to ask again.
    Rejected { since: Timestamp, answered: bool },
    /// Scalekit accepted the token, but there is no successor to hand out. The token is never sent again.
    Spent { since: Timestamp },
}

/// The answer to a request that needs a refresh.
#[derive(Debug)]
pub(crate) enum Joined {
    /// A refresh is under way: the request waits for it.
    Flying(Flight<Outcome>),
    /// No result is known: the caller sends the refresh token, and every other request waits for it.
    Begun(Flight<Outcome>, RefreshLanding),
    /// The result of an earlier refresh: the refresh token is not sent.
    Known(Outcome),
}

/// The result of a refresh, for every request that waited.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) refreshed: Refreshed,
    /// The successor, if there is one.
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

/// With this the task of a refresh hands its outcome to the requests that wait.
#[derive(Debug)]
pub(crate) struct RefreshLanding {
    landing: Landing<Outcome>,
    /// How many attempts with this token failed before this one.
    pub(crate) failures: u32,
}

impl RefreshLanding {
    pub(crate) fn land(self, outcome: Outcome) {
        self.landing.land(outcome);
    }
}

/// The state of each refresh token, and the newest known generation of each session.
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
    /// The state of a refresh token, for the rules.
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

    /// Returns the refresh that is under way for this token, or its result. Without either, the caller must begin the
    /// refresh. Each token is sent at most once (R1), except after a failure for a passing reason.
    ///
    /// A server may keep the refresh token and send only a new access token. Then `generation` says whether the known
    /// result is newer than the session that the request shows.
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

    /// Notes a refresh that succeeded. Every request that still comes with the old token gets the successor.
    pub(crate) fn succeed(&self, key: RefreshKey, successor: Arc<Successor>, now: Timestamp) {
        let mut inner = self.lock();
        let facts = successor.sealed.session.facts();
        let known = inner.newest.get(&facts.session_id).copied();
        let newest = known.map_or(facts.generation, |known| facts.generation.max(known));
        inner.newest.insert(facts.session_id, newest, now + REMEMBERED, now);
        inner.entries.insert(key, Entry::Succeeded(successor));
    }

    /// Notes that Scalekit refused the token with `invalid_grant`. Returns when it was first refused.
    pub(crate) fn reject(&self, key: RefreshKey, now: Timestamp) -> Timestamp {
        let mut inner = self.lock();
        if let Some(Entry::Rejected { since, .. }) = inner.entries.get(&key) {
            return *since;
        }
        inner.entries.insert(key, Entry::Rejected { since: now, answered: false });
        now
    }

    /// Notes that Scalekit accepted the token, but its answer is of no use.
    pub(crate) fn spend(&self, key: RefreshKey, now: Timestamp) {
        self.lock().entries.insert(key, Entry::Spent { since: now });
    }

    /// Notes a failure for a passing reason. Returns when the next attempt may be made (R10).
    ///
    /// The pause doubles with each failure, less up to a fifth of it, so that tokens are not sent all at once. It is at
    /// least as long as `asked`, the server's `Retry-After`, and never longer than ten seconds.
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

    /// Forgets a refresh token whose session ended during the refresh.
    pub(crate) fn forget(&self, key: &RefreshKey) {
        self.lock().entries.remove(key);
    }

    /// Drops the successors of a session that ended, so that no request can get one (R32).
    pub(crate) fn drop_session(&self, id: &SessionId) {
        let of_session = |entry: &Entry| matches!(entry, Entry::Succeeded(successor) if successor.sealed.session.facts().session_id == *id);
        self.lock().entries.retain(|_, entry| !of_session(entry));
    }

    /// Notes that a browser showed that generation. Another process, or another application that shares the cookie, may
    /// have refreshed the session since this process did.
    pub(crate) fn seen(&self, id: &SessionId, generation: u32) {
        if let Some(newest) = self.lock().newest.get_mut(id) {
            *newest = generation.max(*newest);
        }
    }

    /// Whether a response may write that generation of a session: it may if this process knows no newer one (R54).
    pub(crate) fn is_newest(&self, id: &SessionId, generation: u32) -> bool {
        self.lock().newest.get(id).is_none_or(|newest| generation >= *newest)
    }

    /// Row 16a: whether a page load whose refresh token was refused is redirected to itself. `true` once per token.
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
    /// The newest successor in the chain that begins with this one. The session may have been refreshed again before a
    /// request with the first token arrived.
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
        let mut successors: Vec<(Timestamp, RefreshKey, usize, bool)> = self
            .entries
            .iter()
            .filter_map(|(key, entry)| match entry {
                Entry::Succeeded(successor) => {
                    Some((successor.landed_at, *key, successor.bytes(), successor.spends(key)))
                }
                _ => None,
            })
            .collect();
        successors.sort_unstable_by_key(|(landed_at, ..)| *landed_at);
        for (_, key, bytes, spent) in successors {
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
