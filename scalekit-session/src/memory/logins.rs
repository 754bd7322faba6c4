//! [`Logins`]: the login flows whose callback is being completed or was completed. A code is redeemed once, however
//! often the callback is loaded (R52).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::{FlowId, SessionId};
use crate::memory::swept::SweptMap;
use crate::rules::return_to::ReturnTo;
use crate::session::SealedSession;
use crate::upstream::flight::{Flight, Landing, flight};

/// The result of a login.
#[derive(Clone, Debug)]
pub(crate) enum Finish {
    SignedIn(Arc<SealedSession>),
    /// Scalekit refused the code, or its tokens do not verify.
    Failed,
    /// The application refused the user.
    Refused,
    /// Scalekit does not answer.
    Unavailable,
    /// The session is larger than the budget of its cookies. The log says by how much.
    TooLarge,
    /// Our own configuration is wrong. The log says how.
    Misconfigured,
}

pub(crate) struct Logins {
    flows: Mutex<SweptMap<FlowId, Flow>>,
}

impl Default for Logins {
    fn default() -> Self {
        Self { flows: Mutex::new(SweptMap::new(CAPACITY, SWEEP_EVERY)) }
    }
}

struct Flow {
    completion: Flight<Finish>,
    return_to: ReturnTo,
    began_at: Timestamp,
    session: Option<SessionId>,
}

/// The session of a completed flow, and the return path of its login.
#[derive(Debug)]
pub(crate) struct Former {
    pub(crate) session: SessionId,
    pub(crate) return_to: ReturnTo,
}

/// The longest time that a login may take.
pub(crate) const LIFETIME: Duration = Duration::from_secs(600);
/// How long after the first load of a callback the cookies of its login are sent again.
const RETAINED: Duration = Duration::from_secs(60);
/// The most flows that are remembered.
const CAPACITY: usize = 20_000;
const SWEEP_EVERY: Duration = Duration::from_secs(5);

impl Logins {
    /// The completion of a flow. When the flow is not known yet, `start` starts its completion. `None` when the flow's
    /// callback was first loaded more than a minute ago.
    pub(crate) fn join(
        &self,
        flow: FlowId,
        return_to: &ReturnTo,
        now: Timestamp,
        start: impl FnOnce(Landing<Finish>),
    ) -> Option<Flight<Finish>> {
        let mut flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        flows.sweep(now);
        if let Some(known) = flows.get(&flow) {
            return (now < known.began_at + RETAINED).then(|| known.completion.clone());
        }
        let (completion, landing) = flight();
        let entry = Flow {
            completion: completion.clone(),
            return_to: return_to.clone(),
            began_at: now,
            session: None,
        };
        // Only a flood of callbacks fills the map; made-up codes are enough for that. Then the oldest flows are
        // forgotten: when their callbacks are loaded again, they are not recognized.
        flows.insert(flow, entry, now + LIFETIME, now);
        // Unlocks before `start`: a runtime may run the task at once, and the task takes the lock.
        drop(flows);
        start(landing);
        Some(completion)
    }

    /// Records the session that a flow made.
    pub(crate) fn signed_in(&self, flow: FlowId, session: SessionId) {
        let mut flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flow) = flows.get_mut(&flow) {
            flow.session = Some(session);
        }
    }

    /// The session that a flow made, for a callback that is loaded again. `None` when the flow is unknown or made no
    /// session.
    pub(crate) fn former(&self, flow: FlowId) -> Option<Former> {
        let flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        let flow = flows.get(&flow)?;
        Some(Former { session: flow.session?, return_to: flow.return_to.clone() })
    }
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logins(..)")
    }
}
