//! Watching a session from a handler that goes on after the head of its response: sockets and streams (R49).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use crate::clock::Timestamp;
use crate::core::Core;
use crate::decide::Ended;
use crate::id::SessionId;
use crate::runtime::Task;
use crate::session::Session;

/// Tells a handler that goes on for long when its session is over. From [`Scalekit::watch`](crate::Scalekit::watch).
///
/// It follows the session: where another request of the same browser refreshes it in this process, the watch goes on
/// with the new tokens. A stream or socket cannot refresh by itself, because its response's head is gone, and with it
/// the last chance to hand out cookies; the browser connects again, and that request refreshes.
///
/// ```
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use scalekit_session::{Exchange, RequestView, SessionEnd, State};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let environment = TestEnvironment::new();
/// # let scalekit = environment.scalekit();
/// # let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// # let headers = [("cookie", cookies.as_str())];
/// # let request = RequestView::new("GET", "/", &headers);
/// # let State::Active(session) = Exchange::new(scalekit.manager()).resolve(&request).await else { panic!() };
/// let mut watch = scalekit.watch(&session);
/// assert_eq!(watch.session().user_id(), "usr_1");
/// # environment.clock().advance(std::time::Duration::from_secs(3600));
/// // In a socket's loop: select between `watch.ended()` and the next message.
/// assert_eq!(watch.ended().await, SessionEnd::Expired);
/// # }
/// ```
#[must_use = "a watch tells nothing unless somebody waits for it"]
pub struct SessionWatch {
    core: Arc<Core>,
    watched: Arc<Watched>,
    timer: Option<(Timestamp, Task)>,
}

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

impl SessionWatch {
    pub(crate) fn new(core: &Arc<Core>, session: &Session) -> Self {
        let watched = core.watches.add(session);
        if core.ended.get(&watched.id) != Ended::No {
            watched.change(|seen| seen.over = Some(SessionEnd::Ended));
        }
        Self { core: Arc::clone(core), watched, timer: None }
    }

    /// The session with the newest tokens that this process has seen of it.
    #[must_use]
    pub fn session(&self) -> Session {
        self.watched.lock().session.clone()
    }

    /// Waits for the end of the session. May be dropped and called again, as in a `select!`.
    pub async fn ended(&mut self) -> SessionEnd {
        std::future::poll_fn(|cx| self.poll_ended(cx)).await
    }

    fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<SessionEnd> {
        let (over, end) = {
            let mut seen = self.watched.lock();
            seen.waker = Some(cx.waker().clone());
            (seen.over, end_of(&self.core, &seen.session))
        };
        if let Some(over) = over {
            return Poll::Ready(over);
        }
        let now = self.core.now();
        if now >= end {
            return Poll::Ready(SessionEnd::Expired);
        }
        let (_, timer) = match &mut self.timer {
            Some(timer) if timer.0 == end => timer,
            stale => stale.insert((end, self.core.runtime.sleep(end.since(now)))),
        };
        if timer.as_mut().poll(cx).is_ready() {
            // The timer and the clock differ by a little, or by a test: look again.
            self.timer = None;
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

/// Until when its access token may be used, within the limits of the session.
fn end_of(core: &Core, session: &Session) -> Timestamp {
    let facts = session.facts();
    facts.end.min(core.config.policy.limit(facts.login_at, facts.rotated_at))
}

impl Drop for SessionWatch {
    fn drop(&mut self) {
        self.core.watches.remove(&self.watched);
    }
}

impl fmt::Debug for SessionWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionWatch").field("over", &self.watched.lock().over).finish_non_exhaustive()
    }
}

struct Watched {
    id: SessionId,
    seen: Mutex<Seen>,
}

struct Seen {
    session: Session,
    over: Option<SessionEnd>,
    waker: Option<Waker>,
}

impl Watched {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
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

    fn add(&self, session: &Session) -> Arc<Watched> {
        let id = session.facts().session_id;
        let seen = Seen { session: session.clone(), over: None, waker: None };
        let watched = Arc::new(Watched { id, seen: Mutex::new(seen) });
        self.lock().entry(id).or_default().push(Arc::downgrade(&watched));
        watched
    }

    fn remove(&self, watched: &Arc<Watched>) {
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
