//! [`SessionWatch`]: tells a socket or stream, which goes on after its response's headers are sent, that its session is
//! over (R49).

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::clock::Timestamp;
use crate::instance::Instance;
use crate::memory::watches::{SessionEnd, Watched};
use crate::rules::decide::Ended;
use crate::session::Session;
use crate::upstream::runtime::Task;

/// Tells a handler of a socket or stream when its session is over. [`Scalekit::watch`](crate::Scalekit::watch) makes
/// it.
///
/// When another request of the same browser refreshes the session in this process, the watch goes on with the new
/// tokens. The socket or stream itself cannot refresh the session: its response's headers are sent, so it can write no
/// cookies. When the watch ends with [`SessionEnd::Expired`], close the connection. The browser connects again, and
/// that request refreshes.
///
/// ```
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use scalekit_session::{SessionEnd, SessionState};
/// # use scalekit_session::adapter::{Exchange, RequestView};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let environment = TestEnvironment::new();
/// # let scalekit = environment.scalekit();
/// # let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// # let headers = [("cookie", cookies.as_str())];
/// # let request = RequestView::new("GET", "/", &headers);
/// # let SessionState::Active(session) = Exchange::new(scalekit.manager()).resolve(&request).await else { panic!() };
/// let mut watch = scalekit.watch(&session);
/// assert_eq!(watch.session().user_id(), "usr_1");
/// # environment.clock().advance(std::time::Duration::from_secs(3600));
/// // In a socket's loop: select between `watch.ended()` and the next message.
/// assert_eq!(watch.ended().await, SessionEnd::Expired);
/// # }
/// ```
#[must_use = "a watch has no effect unless a task awaits `ended`"]
pub struct SessionWatch {
    instance: Arc<Instance>,
    watched: Arc<Watched>,
    timer: Option<(Timestamp, Task)>,
}

impl SessionWatch {
    pub(crate) fn new(instance: &Arc<Instance>, session: &Session) -> Self {
        let watched = instance.watches.add(session);
        if instance.ended.get(&watched.id) != Ended::No {
            watched.change(|seen| seen.over = Some(SessionEnd::Ended));
        }
        Self { instance: Arc::clone(instance), watched, timer: None }
    }

    /// The session with the newest tokens that this process has received for it.
    #[must_use]
    pub fn session(&self) -> Session {
        self.watched.lock().session.clone()
    }

    /// Waits until the session is over. The future may be dropped and the method called again, as in a `select!`.
    pub async fn ended(&mut self) -> SessionEnd {
        std::future::poll_fn(|cx| self.poll_ended(cx)).await
    }

    fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<SessionEnd> {
        let (over, end) = {
            let mut seen = self.watched.lock();
            seen.waker = Some(cx.waker().clone());
            (seen.over, end_of(&self.instance, &seen.session))
        };
        if let Some(over) = over {
            return Poll::Ready(over);
        }
        let now = self.instance.now();
        if now >= end {
            return Poll::Ready(SessionEnd::Expired);
        }
        let (_, timer) = match &mut self.timer {
            Some(timer) if timer.0 == end => timer,
            stale => stale.insert((end, self.instance.runtime.sleep(end.since(now)))),
        };
        if timer.as_mut().poll(cx).is_ready() {
            // The timer may end a little before the clock says so, and a test may move the clock. So look again.
            self.timer = None;
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

/// When the session is over: at the end of its access token, or at one of the session's limits if that is earlier.
fn end_of(instance: &Instance, session: &Session) -> Timestamp {
    let facts = session.facts();
    facts.end.min(instance.config.policy.limit(facts.login_at, facts.refreshed_at))
}

impl Drop for SessionWatch {
    fn drop(&mut self) {
        self.instance.watches.remove(&self.watched);
    }
}

impl fmt::Debug for SessionWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionWatch").field("over", &self.watched.lock().over).finish_non_exhaustive()
    }
}
