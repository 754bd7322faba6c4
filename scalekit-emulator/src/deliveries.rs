use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::emulator::Emulator;
use crate::seed::WEBHOOK_SECRET;
use crate::webhooks::{Webhook, WebhookSecretError};

const REMEMBERED: usize = 1000;

/// Something the emulator has sent to an application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    serial: u64,
    /// `webhook-id`, or the `jti` of a logout token.
    pub id: String,
    /// What it says.
    pub kind: DeliveryKind,
    /// Where it went.
    pub url: String,
    /// The body as it was sent.
    pub body: String,
    /// What became of it.
    pub outcome: DeliveryOutcome,
}

/// What a delivery says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeliveryKind {
    /// A logout token for one client.
    BackChannelLogout,
    /// The event `user.login`.
    UserLogin,
    /// The event `user.logout`: a session has ended, for whatever reason.
    UserLogout,
    /// The event `user.signup`.
    UserSignUp,
}

/// What became of a delivery. There are no retries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// No answer yet.
    Pending,
    /// The application answered with this status.
    Answered(u16),
    /// There was no answer; ten seconds are the limit.
    Failed(String),
}

impl DeliveryKind {
    /// The type of the event, or `logout_token`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BackChannelLogout => "logout_token",
            Self::UserLogin => "user.login",
            Self::UserLogout => "user.logout",
            Self::UserSignUp => "user.signup",
        }
    }
}

impl Emulator {
    /// What was sent to applications, in the order of the causes; the last thousand.
    ///
    /// They arrive in any order. For the outcomes wait until all are [`settled`](Self::settled).
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.environment.courier.log.all()
    }

    /// Waits until every delivery has been answered or has failed.
    pub async fn settled(&self) {
        self.environment.courier.log.settled().await;
    }

    /// The secret of webhooks that have none of their own; the same in every process.
    #[must_use]
    pub fn webhook_secret(&self) -> &str {
        WEBHOOK_SECRET
    }

    /// Sends events to one more address from now on, signed with [`webhook_secret`](Self::webhook_secret) or
    /// with `secret`.
    ///
    /// # Errors
    ///
    /// When the secret is not one.
    pub fn register_webhook(&self, url: &str, secret: Option<&str>) -> Result<(), WebhookSecretError> {
        let webhook = Webhook::new(url, secret.unwrap_or(WEBHOOK_SECRET))?;
        self.environment.world().add_webhook(webhook);
        Ok(())
    }

    /// Where the default client wants to hear that a session has ended.
    pub fn register_back_channel_logout_uri(&self, uri: &str) {
        self.environment.world().change_default_client(|client| {
            client.back_channel_logout_uri = Some(uri.to_owned());
        });
    }
}

#[derive(Debug, Default)]
pub(crate) struct DeliveryLog {
    entries: Mutex<Entries>,
    pending: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Entries {
    next_serial: u64,
    deliveries: VecDeque<Delivery>,
}

impl DeliveryLog {
    /// Notes a delivery before it is sent.
    pub(crate) fn begin(
        self: &Arc<Self>,
        id: String,
        kind: DeliveryKind,
        url: String,
        body: String,
    ) -> Ticket {
        let mut entries = self.lock();
        let serial = entries.next_serial;
        entries.next_serial += 1;
        if entries.deliveries.len() == REMEMBERED {
            entries.deliveries.pop_front();
        }
        entries.deliveries.push_back(Delivery {
            serial,
            id,
            kind,
            url,
            body,
            outcome: DeliveryOutcome::Pending,
        });
        self.pending.send_modify(|pending| *pending += 1);
        Ticket { log: Arc::clone(self), serial, outcome: None }
    }

    pub(crate) fn all(&self) -> Vec<Delivery> {
        self.lock().deliveries.iter().cloned().collect()
    }

    /// Deliveries under way are not seen any more, but still waited for.
    pub(crate) fn forget(&self) {
        self.lock().deliveries.clear();
    }

    async fn settled(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _settled = self.pending.subscribe().wait_for(|pending| *pending == 0).await.is_ok();
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A delivery under way; dropping it settles it.
#[derive(Debug)]
pub(crate) struct Ticket {
    log: Arc<DeliveryLog>,
    serial: u64,
    outcome: Option<DeliveryOutcome>,
}

impl Ticket {
    pub(crate) fn settle(mut self, outcome: DeliveryOutcome) {
        self.outcome = Some(outcome);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let given_up = || DeliveryOutcome::Failed("the runtime was stopped".to_owned());
        let outcome = self.outcome.take().unwrap_or_else(given_up);
        let mut entries = self.log.lock();
        if let Some(delivery) = entries.deliveries.iter_mut().find(|known| known.serial == self.serial) {
            delivery.outcome = outcome;
        }
        self.log.pending.send_modify(|pending| *pending = pending.saturating_sub(1));
    }
}
