//! Logins that are being completed or were: a code is redeemed once, however often its callback is loaded (R52).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::future::Shared;

use crate::clock::Timestamp;
use crate::id::{FlowId, SessionId};
use crate::rules::return_to::ReturnTo;
use crate::session::SealedSession;

/// How a login ended.
#[derive(Clone, Debug)]
pub(crate) enum Finish {
    SignedIn(Arc<SealedSession>),
    /// Scalekit refused the code, or its tokens do not verify.
    Failed,
    /// The application refused the user.
    Refused,
    /// Scalekit does not answer.
    Unavailable,
    /// The session is larger than its cookies may be; the log says by how much.
    TooLarge,
    /// Our own configuration is wrong; the log says how.
    Misconfigured,
}

/// Everybody who loads the callback of one flow waits for the same completion.
pub(crate) type Completion = Shared<oneshot::Receiver<Finish>>;

#[derive(Default)]
pub(crate) struct Logins {
    flows: Mutex<Flows>,
}

#[derive(Default)]
struct Flows {
    by_id: HashMap<FlowId, Flow>,
    swept_at: Timestamp,
}

struct Flow {
    completion: Completion,
    return_to: ReturnTo,
    began_at: Timestamp,
    session: Option<SessionId>,
}

/// The session that a flow brought, and where its login led.
#[derive(Debug)]
pub(crate) struct Former {
    pub(crate) session: SessionId,
    pub(crate) return_to: ReturnTo,
}

/// A login takes at most this long.
pub(crate) const LIFETIME: Duration = Duration::from_secs(600);
/// After this the cookies of a login are not handed out again.
const RETAINED: Duration = Duration::from_secs(60);
const CAPACITY: usize = 20_000;
const SWEEP_EVERY: Duration = Duration::from_secs(5);

impl Logins {
    /// Joins the completion of a flow, or starts it with `start`. `None` when it was completed too long ago.
    pub(crate) fn join(
        &self,
        flow: FlowId,
        return_to: &ReturnTo,
        now: Timestamp,
        start: impl FnOnce(oneshot::Sender<Finish>),
    ) -> Option<Completion> {
        let mut flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        flows.sweep(now);
        if let Some(known) = flows.by_id.get(&flow) {
            return (now < known.began_at + RETAINED).then(|| known.completion.clone());
        }
        if flows.by_id.len() >= CAPACITY {
            // Only a flood of callbacks gets here, for which made-up codes suffice; then the oldest login can no longer be
            // recognised when its callback is loaded again.
            let oldest = flows.by_id.iter().min_by_key(|(_, flow)| flow.began_at).map(|(id, _)| *id);
            oldest.map(|id| flows.by_id.remove(&id));
        }
        let (sender, receiver) = oneshot::channel();
        let completion = receiver.shared();
        let entry = Flow {
            completion: completion.clone(),
            return_to: return_to.clone(),
            began_at: now,
            session: None,
        };
        flows.by_id.insert(flow, entry);
        // A runtime may run the task at once, and the task takes the lock.
        drop(flows);
        start(sender);
        Some(completion)
    }

    /// Notes which session a flow brought.
    pub(crate) fn signed_in(&self, flow: FlowId, session: SessionId) {
        let mut flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flow) = flows.by_id.get_mut(&flow) {
            flow.session = Some(session);
        }
    }

    /// What a flow brought, for a callback that is loaded again.
    pub(crate) fn former(&self, flow: FlowId) -> Option<Former> {
        let flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        let flow = flows.by_id.get(&flow)?;
        Some(Former { session: flow.session?, return_to: flow.return_to.clone() })
    }
}

impl Flows {
    fn sweep(&mut self, now: Timestamp) {
        let swept_lately = now >= self.swept_at && now.since(self.swept_at) < SWEEP_EVERY;
        if !swept_lately || self.by_id.len() >= CAPACITY {
            self.swept_at = now;
            self.by_id.retain(|_, flow| now < flow.began_at + LIFETIME);
        }
    }
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logins(..)")
    }
}
