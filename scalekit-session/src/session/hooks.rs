//! What an application plugs in: its word on each login, and its own pages.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use thiserror::Error;

use crate::answer::pages::{Page, render_page};
use crate::event::Plain;
use crate::token::claims::Claims;
use crate::token::profile::Profile;

/// A login whose tokens are verified and whose session does not exist yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Login {
    /// The user, as the ID token tells.
    pub profile: Option<Profile>,
    /// Roles, permissions and organization, as the access token tells.
    pub claims: Claims,
}

/// The application does not admit this user. The reason is logged; the browser sees a plain page.
#[derive(Clone, Debug, Error)]
#[error("the application refused the login: {reason}")]
pub struct LoginRefused {
    reason: String,
}

impl LoginRefused {
    /// Refuses for a reason, which is for the log.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// The application writes the reason for the log.
impl Plain for LoginRefused {}

type OnLogin = dyn Fn(Login) -> BoxFuture<'static, Result<(), LoginRefused>> + Send + Sync;

#[derive(Clone)]
pub(crate) struct Hooks {
    pub(crate) on_login: Option<Arc<OnLogin>>,
    pub(crate) pages: Arc<dyn Fn(&Page) -> String + Send + Sync>,
}

impl Default for Hooks {
    fn default() -> Self {
        Self { on_login: None, pages: Arc::new(render_page) }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").field("on_login", &self.on_login.is_some()).finish_non_exhaustive()
    }
}
