//! Scripted misbehaviour.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use self::gate::Gate;
use self::gate::{Latch, Moment};
pub use self::tamper::{ForgedAlgorithm, Tamper};
pub use self::webhook::WebhookFlaw;
use crate::calls::{Endpoint, GrantType};

mod gate;
pub(crate) mod tamper;
mod webhook;

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The answer comes later, by the clock of the machine. To control when, see [`Rule::hold`].
    Delay(Duration),
    /// The request is answered with this instead of being processed.
    Status {
        /// The status code.
        status: u16,
        /// The header `Retry-After`, in seconds.
        retry_after: Option<Duration>,
        /// The body.
        body: FaultBody,
    },
    /// The request is processed; half of the answer's body arrives, well framed.
    TruncatedJson,
    /// The request is processed; the connection closes instead of an answer.
    DropConnectionAfterProcessing,
    /// The connection closes and nothing is processed.
    DropConnection,
}

impl Fault {
    /// An HTML page with this status, as a proxy would answer.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status { status, retry_after: None, body: FaultBody::Html }
    }

    /// An OAuth error with this status.
    #[must_use]
    pub fn oauth(status: u16, error: impl Into<String>) -> Self {
        Self::Status { status, retry_after: None, body: FaultBody::OAuth { error: error.into() } }
    }
}

/// The body of a [`Fault::Status`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultBody {
    /// A page, as proxies write.
    Html,
    /// An error as OAuth defines it.
    OAuth {
        /// The member `error`.
        error: String,
    },
    /// This text, called JSON.
    Json(String),
    /// Nothing.
    Empty,
}

/// Installs faults; see [`Emulator::faults`](crate::Emulator::faults).
#[derive(Clone, Debug)]
pub struct Faults {
    book: Arc<FaultBook>,
}

impl Faults {
    pub(crate) fn new(book: Arc<FaultBook>) -> Self {
        Self { book }
    }

    /// Begins a rule for the requests to an endpoint.
    #[must_use = "a rule does nothing before inject, tamper or hold"]
    pub fn on(&self, endpoint: Endpoint) -> Rule {
        Rule { book: Arc::clone(&self.book), scope: Scope { endpoint, grant: None }, times: None }
    }

    /// Spoils every token response until cleared; short for `on(Endpoint::Token).tamper(…)`.
    pub fn tamper(&self, tamper: Tamper) {
        self.on(Endpoint::Token).tamper(tamper);
    }

    /// Spoils every webhook message until cleared. Several flaws add up.
    pub fn spoil_webhooks(&self, flaw: WebhookFlaw) {
        self.book.lock_webhooks().push(flaw);
    }

    /// Lets arriving requests wait; short for `on(endpoint).hold()`.
    #[must_use = "dropping the gate opens it"]
    pub fn hold(&self, endpoint: Endpoint) -> Gate {
        self.on(endpoint).hold()
    }

    /// Forgets all rules and opens all gates.
    pub fn clear(&self) {
        self.book.clear();
    }
}

/// A fault in the making: where, for which grant, how often.
#[derive(Clone, Debug)]
#[must_use = "a rule does nothing before inject, tamper or hold"]
pub struct Rule {
    book: Arc<FaultBook>,
    scope: Scope,
    times: Option<usize>,
}

impl Rule {
    /// Only token requests of this grant.
    pub fn grant(mut self, grant: GrantType) -> Self {
        self.scope.grant = Some(grant);
        self
    }

    /// Only the next `times` requests; otherwise all, until cleared.
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    /// Installs a fault.
    ///
    /// Rules act in the order in which they were installed. Delays add up; of the others the first counts.
    pub fn inject(self, fault: Fault) {
        self.book.install(self.scope, self.times, Action::Fault(fault));
    }

    /// Spoils the tokens of successful token responses.
    pub fn tamper(self, tamper: Tamper) {
        self.book.install(self.scope, self.times, Action::Tamper(tamper));
    }

    /// Lets requests wait before they are processed. The number of times does not matter here.
    #[must_use = "dropping the gate opens it"]
    pub fn hold(self) -> Gate {
        self.book.hold(self.scope, Moment::Request)
    }

    /// Lets answers wait after the request was processed.
    #[must_use = "dropping the gate opens it"]
    pub fn hold_response(self) -> Gate {
        self.book.hold(self.scope, Moment::Response)
    }
}

#[derive(Clone, Copy, Debug)]
struct Scope {
    endpoint: Endpoint,
    grant: Option<GrantType>,
}

impl Scope {
    fn covers(self, endpoint: Endpoint, grant: Option<GrantType>) -> bool {
        self.endpoint == endpoint && (self.grant.is_none() || self.grant == grant)
    }
}

/// The installed rules and gates.
#[derive(Debug, Default)]
pub(crate) struct FaultBook {
    rules: Mutex<Vec<Installed>>,
    gates: Mutex<Vec<Arc<Latch>>>,
    webhooks: Mutex<Vec<WebhookFlaw>>,
}

#[derive(Debug)]
struct Installed {
    scope: Scope,
    left: Option<usize>,
    action: Action,
}

#[derive(Debug)]
enum Action {
    Fault(Fault),
    Tamper(Tamper),
}

/// What one request has to suffer.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    pub(crate) fault: Option<Fault>,
}

impl FaultBook {
    pub(crate) fn plan(&self, endpoint: Endpoint, grant: Option<GrantType>) -> Plan {
        let mut plan = Plan::default();
        self.apply(endpoint, grant, |action| match action {
            Action::Fault(Fault::Delay(delay)) => {
                plan.delay += *delay;
                true
            }
            Action::Fault(fault) if plan.fault.is_none() => {
                plan.fault = Some(fault.clone());
                true
            }
            Action::Fault(_) | Action::Tamper(_) => false,
        });
        plan
    }

    pub(crate) fn tampers(&self, grant: GrantType) -> Vec<Tamper> {
        let mut tampers = Vec::new();
        self.apply(Endpoint::Token, Some(grant), |action| match action {
            Action::Tamper(tamper) => {
                tampers.push(tamper.clone());
                true
            }
            Action::Fault(_) => false,
        });
        tampers
    }

    pub(crate) async fn before(&self, endpoint: Endpoint, grant: Option<GrantType>) {
        self.wait(endpoint, grant, Moment::Request).await;
    }

    pub(crate) async fn after(&self, endpoint: Endpoint, grant: Option<GrantType>) {
        self.wait(endpoint, grant, Moment::Response).await;
    }

    pub(crate) fn clear(&self) {
        self.lock_rules().clear();
        self.lock_webhooks().clear();
        for latch in self.lock_gates().drain(..) {
            latch.open();
        }
    }

    pub(crate) fn webhook_flaws(&self) -> Vec<WebhookFlaw> {
        self.lock_webhooks().clone()
    }

    fn install(&self, scope: Scope, left: Option<usize>, action: Action) {
        self.lock_rules().push(Installed { scope, left, action });
    }

    fn hold(&self, scope: Scope, moment: Moment) -> Gate {
        let latch = Arc::new(Latch::new(scope, moment));
        self.lock_gates().push(Arc::clone(&latch));
        Gate::new(latch)
    }

    /// Shows each matching rule; one that was used is counted.
    fn apply(&self, endpoint: Endpoint, grant: Option<GrantType>, mut uses: impl FnMut(&Action) -> bool) {
        self.lock_rules().retain_mut(|rule| {
            let spent = rule.left == Some(0);
            if !spent && rule.scope.covers(endpoint, grant) && uses(&rule.action) {
                rule.left = rule.left.map(|left| left - 1);
            }
            rule.left != Some(0)
        });
    }

    async fn wait(&self, endpoint: Endpoint, grant: Option<GrantType>, moment: Moment) {
        let latches = {
            let mut gates = self.lock_gates();
            gates.retain(|latch| !latch.is_open());
            gates.iter().filter(|latch| latch.holds(endpoint, grant, moment)).cloned().collect::<Vec<_>>()
        };
        for latch in latches {
            latch.pass().await;
        }
    }

    fn lock_rules(&self) -> std::sync::MutexGuard<'_, Vec<Installed>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_webhooks(&self) -> std::sync::MutexGuard<'_, Vec<WebhookFlaw>> {
        self.webhooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_gates(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Latch>>> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
