//! The parts of one instance: settings, connections, caches. Beside them only how a session is ended, and how an event is
//! told.

use std::sync::Arc;

use async_lock::{RwLock, Semaphore};

use crate::clock::{Clock, Timestamp};
use crate::event::{Event, Events};
use crate::id::SessionId;
use crate::layout::Layout;
use crate::memory::ended::EndedSessions;
use crate::memory::logins::Logins;
use crate::memory::opened::OpenedSessions;
use crate::memory::successors::RefreshTable;
use crate::memory::watches::Watches;
use crate::rules::decide::Ended;
use crate::rules::policy::Policy;
use crate::rules::redirect_uri::RedirectUri;
use crate::rules::return_to::ReturnTo;
use crate::rules::routes::AuthRoutes;
use crate::session::hooks::Hooks;
use crate::token::jwt::Rules;
use crate::upstream::keys::Keys;
use crate::upstream::oauth::{Endpoints, OauthClient};
use crate::upstream::runtime::Runtime;
use crate::upstream::transport::Transport;

/// How many refreshes may be under way at once, and how many logins. The others wait for their turn (R10).
const CALLS_AT_ONCE: usize = 64;

/// The settings of an instance. They never change.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) redirect: RedirectUri,
    pub(crate) issuers: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) post_logout_redirect_uri: Option<String>,
    /// The origins that may send requests with effects. Our own origin comes first.
    pub(crate) origins: Vec<String>,
    pub(crate) routes: AuthRoutes,
    pub(crate) default_return_to: ReturnTo,
    pub(crate) policy: Policy,
}

/// The parts of one instance: settings, connections, caches.
pub(crate) struct Instance {
    pub(crate) config: Config,
    pub(crate) endpoints: Endpoints,
    pub(crate) client: OauthClient,
    pub(crate) layout: Arc<Layout>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) keys: Keys,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) clock: Arc<dyn Clock>,
    events: Arc<Events>,
    pub(crate) hooks: Hooks,
    pub(crate) opened: OpenedSessions,
    pub(crate) ended: EndedSessions,
    pub(crate) watches: Watches,
    pub(crate) refreshes: RefreshTable,
    pub(crate) logins: Logins,
    /// The turns of refreshes.
    pub(crate) calls: Semaphore,
    /// The turns of logins. Logins have turns of their own, so that refreshes do not delay them.
    pub(crate) exchanges: Semaphore,
    /// Refreshes and logins hold this lock for reading. `Scalekit::drain` waits until it can write.
    pub(crate) under_way: RwLock<()>,
}

impl Instance {
    #[expect(clippy::too_many_arguments, reason = "called once, by the builder, with every part")]
    pub(crate) fn new(
        config: Config,
        endpoints: Endpoints,
        client: OauthClient,
        layout: Layout,
        transport: Arc<dyn Transport>,
        runtime: Arc<dyn Runtime>,
        clock: Arc<dyn Clock>,
        hooks: Hooks,
        cache_bytes: usize,
    ) -> Self {
        let events = Arc::new(Events::default());
        let keys = Keys::new(
            endpoints.keys.clone(),
            Arc::clone(&transport),
            Arc::clone(&runtime),
            Arc::clone(&clock),
            Arc::clone(&events),
        );
        Self {
            config,
            endpoints,
            client,
            rules: Arc::clone(&layout.rules),
            layout: Arc::new(layout),
            keys,
            transport,
            runtime,
            clock,
            events,
            hooks,
            opened: OpenedSessions::new(cache_bytes),
            ended: EndedSessions::default(),
            watches: Watches::default(),
            refreshes: RefreshTable::default(),
            logins: Logins::default(),
            calls: Semaphore::new(CALLS_AT_ONCE),
            exchanges: Semaphore::new(CALLS_AT_ONCE),
            under_way: RwLock::new(()),
        }
    }

    /// Ends a session in this process. No response under way can bring the session back, no request can get one of its
    /// successors, and its watchers are told.
    pub(crate) fn end(&self, id: SessionId, how: Ended, login_at: Timestamp, now: Timestamp) {
        // A login time that was not verified may be any time. No true login time is later than now and the leeway.
        let login_at = login_at.min(now + self.config.policy.leeway);
        // `end` returns `true` only the first time, so a logout that is sent again costs one look-up. An ended session
        // has no successors to drop, and gets no new ones.
        if self.ended.end(id, how, login_at + self.config.policy.absolute_limit, now) {
            self.refreshes.drop_session(&id);
            self.watches.ended(&id);
        }
    }

    /// Writes an event to the log. The clock is read for the limit on lines.
    #[cold]
    pub(crate) fn emit(&self, event: Event<'_>) {
        self.events.emit(event, self.now());
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
