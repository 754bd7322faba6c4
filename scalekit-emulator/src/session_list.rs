//! The sessions of a person, a page at a time.

use crate::sessions::Session;
use crate::world::World;

const DEFAULT_PAGE: usize = 30;
const LARGEST_PAGE: usize = 100;

/// Which sessions, and which page of them.
#[derive(Debug)]
pub(crate) struct SessionQuery {
    pub(crate) statuses: Vec<String>,
    /// Milliseconds between which a session was created.
    pub(crate) start: u64,
    pub(crate) end: u64,
    page_size: usize,
    offset: usize,
}

/// Latest first.
#[derive(Debug)]
pub(crate) struct SessionPage {
    pub(crate) sessions: Vec<Session>,
    pub(crate) next: String,
    pub(crate) previous: String,
    pub(crate) total: usize,
}

impl SessionQuery {
    pub(crate) fn everything() -> Self {
        Self { statuses: Vec::new(), start: 0, end: u64::MAX, page_size: DEFAULT_PAGE, offset: 0 }
    }

    pub(crate) fn limit(&mut self, page_size: usize) {
        self.page_size = page_size.min(LARGEST_PAGE);
    }

    /// Begins at a page; `None` when no list ever gave such a token.
    pub(crate) fn begin_at(&mut self, page_token: &str) -> Option<()> {
        self.offset = page_token.strip_prefix("pt_")?.parse().ok()?;
        Some(())
    }

    fn admits(&self, session: &Session) -> bool {
        let status =
            self.statuses.is_empty() || self.statuses.iter().any(|name| session.status.is_named(name));
        status && (self.start..=self.end).contains(&session.created_at)
    }
}

impl World {
    /// `None` when there is no such person.
    pub(crate) fn session_page(
        &mut self,
        user_id: &str,
        query: &SessionQuery,
        now: u64,
    ) -> Option<SessionPage> {
        self.user(user_id)?;
        let mut sessions = self.sessions(now);
        sessions.retain(|session| session.user_id == user_id && query.admits(session));
        let total = sessions.len();
        let next = query.offset.saturating_add(query.page_size);
        let previous = query.offset.saturating_sub(query.page_size);
        Some(SessionPage {
            sessions: sessions.into_iter().rev().skip(query.offset).take(query.page_size).collect(),
            next: if next < total { page_token(next) } else { String::new() },
            previous: if query.offset > 0 { page_token(previous) } else { String::new() },
            total,
        })
    }
}

fn page_token(offset: usize) -> String {
    format!("pt_{offset}")
}
