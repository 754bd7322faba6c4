//! Back to the beginning.

use std::time::Duration;

use crate::clients::Client;
use crate::emulator::Emulator;
use crate::environment::Environment;
use crate::signing::KeyRing;
use crate::users::{Organization, User};
use crate::webhooks::Webhook;
use crate::world::{Policy, World};

/// What the world was made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seeds {
    policy: Policy,
    clients: Vec<Client>,
    organizations: Vec<Organization>,
    users: Vec<User>,
    webhooks: Vec<Webhook>,
}

impl World {
    /// Remembers the present as the state to come back to.
    pub(crate) fn sow(&mut self) {
        self.seeds = Seeds {
            policy: self.policy.clone(),
            clients: self.clients.clone(),
            organizations: self.organizations.clone(),
            users: self.users.clone(),
            webhooks: self.webhooks.clone(),
        };
    }

    /// Changes the registration of the default client, for good.
    pub(crate) fn change_default_client(&mut self, change: impl Fn(&mut Client)) {
        self.clients.first_mut().map(&change);
        self.seeds.clients.first_mut().map(&change);
    }

    /// Registers a webhook, for good.
    pub(crate) fn add_webhook(&mut self, webhook: Webhook) {
        self.seeds.webhooks.push(webhook.clone());
        self.webhooks.push(webhook);
    }

    fn reset(&mut self) {
        let Seeds { policy, clients, organizations, users, webhooks } = self.seeds.clone();
        self.policy = policy;
        self.clients = clients;
        self.organizations = organizations;
        self.users = users;
        self.webhooks = webhooks;
        self.sessions.clear();
        self.browsers.clear();
        self.login_requests.clear();
        self.codes.clear();
        self.grants.clear();
        self.refresh_tokens.clear();
        self.outbox.clear();
    }
}

impl Environment {
    pub(crate) fn reset(&self) {
        self.faults.clear();
        self.world().reset();
        self.change_keys(KeyRing::reset);
        self.calls.reset();
        self.courier.log.forget();
        self.turn_clock_back();
    }
}

impl Emulator {
    /// Starts from the beginning, without a restart.
    ///
    /// People, organizations and policies are those of the builder again; sessions, tokens, faults, calls, deliveries,
    /// rotated keys and [advanced time](Self::advance_clock) are forgotten. Nobody is told. Registered addresses and
    /// webhooks stay, and so does the time of a [`ManualClock`](crate::ManualClock).
    pub fn reset(&self) {
        self.environment.reset();
    }

    /// Lets time pass for the emulator, whatever its clock is.
    pub fn advance_clock(&self, by: Duration) {
        self.environment.advance_clock(by);
    }
}
