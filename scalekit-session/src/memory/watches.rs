//! [`Watches`]: the sessions that open connections watch, and what the watchers are told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;

use crate::id::SessionId;
use crate::session::Session;

/// Why a watched session is over: the result of [`SessionWatch::ended`](crate::SessionWatch::ended).
///
/// ```
/// use scalekit_session::SessionEnd;
///
/// /// What a socket says to the browser before it closes.
/// fn goodbye(end: SessionEnd) -> &'static str {
///     match end {
///         SessionEnd::Expired => "connect again",
///         _ => "signed out",
///     }
/// }
///
/// assert_eq!(goodbye(SessionEnd::Expired), "connect again");
/// assert_eq!(goodbye(SessionEnd::Ended), "signed out");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEnd {
    /// The access token reached its end and no request refreshed the session in this process; or the session reached
    /// one of its limits. The user's next request may still be signed in.
    Expired,
    /// The session was ended in this process: by a logout, by a new login in the same browser, or because a refresh
    /// brought tokens of another identity.
    Ended,
}

/// One watched session, shared by the table and the watcher.
pub(crate) struct Watched {
    pub(crate) id: SessionId,
    pub(crate) seen: Mutex<Seen>,
}

/// The newest state of a watched session, and the task to wake when it changes.
pub(crate) struct Seen {
    pub(crate) session: Session,
    pub(crate) over: Option<SessionEnd>,
    pub(crate) waker: Option<Waker>,
}

impl Watched {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Seen)) {
        let waker = {
            let mut seen = self.lock();
            change(&mut seen);
            seen.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The watchers of each session: one for each open connection that watches.
#[derive(Default)]
pub(crate) struct Watches {
    by_session: Mutex<HashMap<SessionId, Vec<Weak<Watched>>>>,
}

impl Watches {
    /// Tells the watchers that the session was ended.
    pub(crate) fn ended(&self, id: &SessionId) {
        self.of(id).iter().for_each(|watched| watched.change(|seen| seen.over = Some(SessionEnd::Ended)));
    }

    /// Tells the watchers that the session was refreshed.
    pub(crate) fn refreshed(&self, session: &Session) {
        for watched in self.of(&session.facts().session_id) {
            watched.change(|seen| {
                if seen.session.facts().generation < session.facts().generation {
                    seen.session = session.clone();
                }
            });
        }
    }

    pub(crate) fn add(&self, session: &Session) -> Arc<Watched> {
        let id = session.facts().session_id;
        let seen = Seen { session: session.clone(), over: None, waker: None };
        let watched = Arc::new(Watched { id, seen: Mutex::new(seen) });
        self.lock().entry(id).or_default().push(Arc::downgrade(&watched));
        watched
    }

    pub(crate) fn remove(&self, watched: &Arc<Watched>) {
        let mut by_session = self.lock();
        if let Some(all) = by_session.get_mut(&watched.id) {
            all.retain(|other| !std::ptr::eq(other.as_ptr(), Arc::as_ptr(watched)));
            if all.is_empty() {
                by_session.remove(&watched.id);
            }
        }
    }

    /// The watchers of a session. They are collected first, so that no task is woken while the lock is held.
    fn of(&self, id: &SessionId) -> Vec<Arc<Watched>> {
        self.lock().get(id).map(|all| all.iter().filter_map(Weak::upgrade).collect()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Vec<Weak<Watched>>>> {
        self.by_session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
