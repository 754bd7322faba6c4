use std::collections::HashMap;
use std::time::Duration;

use crate::clients::Client;
use crate::codes::Code;
use crate::grants::{Grant, RefreshToken};
use crate::ids::Ids;
use crate::login::LoginRequest;
use crate::seed::admin_of;
use crate::sessions::{Session, SessionStatus, Timeouts};
use crate::users::{Organization, User};

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
    pub(crate) fn add_user(&mut self, mut user: User) -> String {
        let id = match user.id.take() {
            Some(id) => id,
            None => self.ids.id("usr_"),
        };
        if user.memberships.is_empty() {
            let domain = user.email.rsplit('@').next().unwrap_or_default().to_owned();
            let organization = self.add_organization(&domain);
            user.memberships.push(admin_of(&organization));
        }
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
        let timeouts = self.policy.timeouts;
        let session = self.sessions.get_mut(id)?;
        session.settle(timeouts, now);
        Some(session).filter(|session| session.is_active())
    }

    /// Ends a session and with it every refresh token it gave out.
    pub(crate) fn end_session(&mut self, id: &str, status: SessionStatus, now: u64) -> bool {
        match self.active_session(id, now) {
            Some(session) => {
                session.end(status, now);
                true
            }
            None => false,
        }
    }

    /// All sessions, oldest first, timeouts noticed.
    pub(crate) fn sessions(&mut self, now: u64) -> Vec<Session> {
        let timeouts = self.policy.timeouts;
        let mut sessions = self
            .sessions
            .values_mut()
            .map(|session| {
                session.settle(timeouts, now);
                session.clone()
            })
            .collect::<Vec<_>>();
        sessions.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        sessions
    }
}
