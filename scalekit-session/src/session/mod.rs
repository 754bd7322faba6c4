//! A session as handlers see it: who, where, with which rights, until when.

pub(crate) mod grant;
pub(crate) mod hooks;
pub(crate) mod verified;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::Timestamp;
use crate::cookie::Holder;
use crate::error::Error;
use crate::id::RefreshKey;
use crate::id::SessionId;
use crate::secret::{AccessToken, IdToken};
use crate::token::claims::Claims;
use crate::token::jwt::VerifyingKey;
use crate::token::profile::{KeptProfile, Profile};

/// A signed-in user in one organization: an immutable snapshot, cheap to clone.
///
/// Roles, permissions and organization come from the verified access token; the [`profile`](Self::profile) comes
/// from the ID token and is for display. Neither carries a token: see [`access_token`](Self::access_token).
#[derive(Clone)]
pub struct Session(Arc<Facts>);

/// What is remembered of an opened session: claims and times, no tokens.
pub(crate) struct Facts {
    /// The cookie that holds it.
    pub(crate) holder: Holder,
    pub(crate) claims: Claims,
    pub(crate) profile: KeptProfile,
    pub(crate) session_id: SessionId,
    /// What the marker cookie must hold.
    pub(crate) marker: [u8; 22],
    pub(crate) generation: u32,
    pub(crate) login_at: Timestamp,
    pub(crate) refreshed_at: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) due_at: Timestamp,
    /// Names the refresh token without revealing it.
    pub(crate) refresh: Option<RefreshKey>,
    /// Sealed with a secret that no longer seals.
    pub(crate) retired: bool,
    /// The key that signed the access token, for as long as it stays published.
    pub(crate) key: Option<Arc<VerifyingKey>>,
    pub(crate) tokens: Arc<dyn Tokens>,
    /// When a browser last showed this very cookie, in milliseconds.
    pub(crate) seen_at: AtomicU64,
}

/// A session and the value it is sealed in, ready to be written.
pub(crate) struct SealedSession {
    pub(crate) value: Arc<str>,
    pub(crate) session: Session,
}

impl fmt::Debug for SealedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSession").field("session", &self.session).finish_non_exhaustive()
    }
}

/// Where a session's tokens are when somebody asks for them.
pub(crate) trait Tokens: Send + Sync {
    fn open(&self) -> Result<(AccessToken, Option<IdToken>), Error>;

    /// The sealed value they are in.
    fn sealed(&self) -> Option<Arc<str>>;
}

impl Session {
    pub(crate) fn new(facts: Facts) -> Self {
        Self(Arc::new(facts))
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.0
    }

    /// The session and its generation, as the commit point names them.
    pub(crate) fn names(&self) -> (SessionId, u32) {
        (self.0.session_id, self.0.generation)
    }

    pub(crate) fn see(&self, now: Timestamp) {
        self.0.seen_at.store(now.as_millis(), Ordering::Relaxed);
    }

    pub(crate) fn seen_at(&self) -> Timestamp {
        Timestamp::from_millis(self.0.seen_at.load(Ordering::Relaxed))
    }

    /// The user (`usr_…`), the `sub` of every token. Unique together with the issuer.
    #[must_use]
    pub fn user_id(&self) -> &str {
        self.0.claims.subject()
    }

    /// The organization (`org_…`) that roles and permissions are about.
    #[must_use]
    pub fn organization_id(&self) -> Option<&str> {
        self.0.claims.organization_id()
    }

    /// Scalekit's session (`ses_…`), shared by all applications in this browser. It survives a new login.
    #[must_use]
    pub fn scalekit_session_id(&self) -> Option<&str> {
        self.0.claims.session_id()
    }

    /// Name, e-mail and the like, as the ID token told at login. For display, not for authorization.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.0.profile.get()
    }

    /// Everything the verified access token says.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }

    /// The user's roles in the organization.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.claims.roles().iter().map(AsRef::as_ref)
    }

    /// The user's permissions (`resource:action`) in the organization.
    pub fn permissions(&self) -> impl Iterator<Item = &str> {
        self.0.claims.permissions().iter().map(AsRef::as_ref)
    }

    /// Whether the user has that role.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.0.claims.has_role(role)
    }

    /// Whether the user has that permission.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        self.0.claims.has_permission(permission)
    }

    /// When the access token at hand is over. The session goes on: it is refreshed before.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.0.end
    }

    /// When the user logged in.
    #[must_use]
    pub fn logged_in_at(&self) -> Timestamp {
        self.0.login_at
    }

    /// How often the tokens were refreshed since login. 0 for a session in the cookie of Scalekit's official packages,
    /// which do not count.
    #[must_use]
    pub fn refreshes(&self) -> u32 {
        match self.0.holder {
            Holder::SdkCookie => 0,
            _ => self.0.generation,
        }
    }

    /// The access token, for calling other services in the user's name. It is opened anew at each call.
    ///
    /// # Errors
    /// When the cookie secret that sealed it was retired since the request began.
    pub fn access_token(&self) -> Result<AccessToken, Error> {
        self.0.tokens.open().map(|(access_token, _)| access_token)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("user_id", &self.user_id())
            .field("organization_id", &self.organization_id())
            .field("expires_at", &self.0.end)
            .finish_non_exhaustive()
    }
}
