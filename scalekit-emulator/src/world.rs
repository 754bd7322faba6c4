use std::collections::HashMap;
use std::time::Duration;

use crate::clients::Client;
use crate::codes::Code;
use crate::events::Message;
use crate::grants::{Grant, RefreshToken};
use crate::ids::Ids;
use crate::login::LoginRequest;
use crate::reset::Seeds;
use crate::seed::admin_of;
use crate::sessions::{Session, SessionStatus, Timeouts};
use crate::users::{Organization, User};
use crate::webhooks::Webhook;

/// Everything the environment knows: plain data and the rules that change it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) ids: Ids,
    pub(crate) policy: Policy,
    pub(crate) clients: Vec<Client>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) users: Vec<User>,
    pub(crate) sessions: HashMap<String, Session>,
    /// The emulator's own cookie → session.
    pub(crate) browsers: HashMap<String, String>,
    pub(crate) login_requests: HashMap<String, LoginRequest>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) grants: HashMap<String, Grant>,
    pub(crate) refresh_tokens: HashMap<String, RefreshToken>,
    pub(crate) webhooks: Vec<Webhook>,
    pub(crate) seeds: Seeds,
    /// What applications have to be told; sent when nobody holds the world any more.
    pub(crate) outbox: Vec<Message>,
}

#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) access_token_lifetime: Duration,
    pub(crate) grace: Duration,
    pub(crate) timeouts: Timeouts,
    pub(crate) id_token_on_refresh: bool,
    pub(crate) revoke_family_on_reuse: bool,
    /// The error of `prompt=none` without a session.
    pub(crate) login_required: String,
}

impl Default for Policy {
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self {
            access_token_lifetime: Duration::from_secs(300),
            grace: Duration::from_secs(30),
            timeouts: Timeouts {
                absolute: Duration::from_secs(30 * DAY),
                idle: Duration::from_secs(7 * DAY),
            },
            id_token_on_refresh: true,
            revoke_family_on_reuse: false,
            login_required: "login_required".to_owned(),
        }
    }
}

impl World {
    pub(crate) fn new(ids: Ids, policy: Policy) -> Self {
        Self {
            ids,
            policy,
            clients: Vec::new(),
            organizations: Vec::new(),
            users: Vec::new(),
            sessions: HashMap::new(),
            browsers: HashMap::new(),
            login_requests: HashMap::new(),
            codes: HashMap::new(),
            grants: HashMap::new(),
            refresh_tokens: HashMap::new(),
            webhooks: Vec::new(),
            seeds: Seeds::default(),
            outbox: Vec::new(),
        }
    }

    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    pub(crate) fn organization(&self, id: &str) -> Option<&Organization> {
        self.organizations.iter().find(|organization| organization.id == id)
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id.as_deref() == Some(id))
    }

    pub(crate) fn user_by_email(&self, email: &str) -> Option<&User> {
        self.users.iter().find(|user| user.has_email(email))
    }

    /// Adds a person; without an organization they get one of their own.
    pub(crate) fn add_user(&mut self, mut user: User, now: u64) -> String {
        let id = match user.id.take() {
            Some(id) => id,
            None => self.ids.id("usr_"),
        };
        if user.memberships.is_empty() {
            let domain = user.email.rsplit('@').next().unwrap_or_default().to_owned();
            let organization = self.add_organization(&domain);
            user.memberships.push(admin_of(&organization));
        }
        user.created_at = now;
        self.users.push(user.id(id.clone()));
        id
    }

    pub(crate) fn add_organization(&mut self, name: &str) -> String {
        let id = self.ids.id("org_");
        self.organizations.push(Organization::new(&id, name));
        id
    }

    /// The session of a browser, if it lives.
    pub(crate) fn live_session(&mut self, browser: Option<&str>, now: u64) -> Option<&mut Session> {
        let id = self.browsers.get(browser?)?.clone();
        self.active_session(&id, now)
    }

    /// A session by its identifier, if it lives.
    pub(crate) fn active_session(&mut self, id: &str, now: u64) -> Option<&mut Session> {
        self.notice_timeout(id, now);
        self.sessions.get_mut(id).filter(|session| session.is_active())
    }

    /// A session by its identifier, living or not.
    pub(crate) fn session(&mut self, id: &str, now: u64) -> Option<Session> {
        self.notice_timeout(id, now);
        self.sessions.get(id).cloned()
    }

    /// Ends a session and with it every refresh token it gave out.
    pub(crate) fn end_session(&mut self, id: &str, status: SessionStatus, now: u64) -> bool {
        let lives = self.active_session(id, now).is_some();
        self.close(id, status, now);
        lives
    }

    /// Revokes what lives of a person's sessions, and gives it back as it is then.
    pub(crate) fn revoke_user_sessions(&mut self, user_id: &str, now: u64) -> Vec<Session> {
        let ids = self.sessions.values().filter(|session| session.user_id == user_id);
        let mut ids = ids.map(|session| session.id.clone()).collect::<Vec<_>>();
        ids.sort_unstable();
        ids.retain(|id| self.end_session(id, SessionStatus::Revoked, now));
        ids.iter().filter_map(|id| self.sessions.get(id).cloned()).collect()
    }

    /// All sessions, oldest first, timeouts noticed.
    pub(crate) fn sessions(&mut self, now: u64) -> Vec<Session> {
        for id in self.sessions.keys().cloned().collect::<Vec<_>>() {
            self.notice_timeout(&id, now);
        }
        let mut sessions = self.sessions.values().cloned().collect::<Vec<_>>();
        sessions.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        sessions
    }

    fn notice_timeout(&mut self, id: &str, now: u64) {
        let timeouts = self.policy.timeouts;
        if self.sessions.get(id).is_some_and(|session| session.has_timed_out(timeouts, now)) {
            self.close(id, SessionStatus::Expired, now);
        }
    }
}
