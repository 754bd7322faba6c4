//! Which sessions are watched, and what their watchers are told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;

use crate::id::SessionId;
use crate::session::Session;

/// Why a watched session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEnd {
    /// Its access token may not be used any more, and no request has refreshed it here; or a limit of the
    /// session is reached. The user may well be signed in on the next request.
    Expired,
    /// It was ended in this process: by a logout, a new login in the same browser, or because its tokens turned out to
    /// be another identity's.
    Ended,
}

pub(crate) struct Watched {
    pub(crate) id: SessionId,
    pub(crate) seen: Mutex<Seen>,
}

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

/// Who watches which session: one entry per open connection that asked.
#[derive(Default)]
pub(crate) struct Watches {
    by_session: Mutex<HashMap<SessionId, Vec<Weak<Watched>>>>,
}

impl Watches {
    /// The session ended.
    pub(crate) fn ended(&self, id: &SessionId) {
        self.of(id).iter().for_each(|watched| watched.change(|seen| seen.over = Some(SessionEnd::Ended)));
    }

    /// The session was refreshed.
    pub(crate) fn renewed(&self, session: &Session) {
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

    /// Collected, so that nobody is woken under the lock.
    fn of(&self, id: &SessionId) -> Vec<Arc<Watched>> {
        self.lock().get(id).map(|all| all.iter().filter_map(Weak::upgrade).collect()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Vec<Weak<Watched>>>> {
        self.by_session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
