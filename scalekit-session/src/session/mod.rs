//! [`Session`]: what handlers know of a signed-in user: id, organization, roles, permissions and times.

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
/// Roles, permissions and organization come from the verified access token. The [`profile`](Self::profile) comes from
/// the ID token and is for display only. The tokens stay sealed until [`access_token`](Self::access_token) is called.
///
/// ```
/// use scalekit_session::adapter::{Exchange, RequestView};
/// use scalekit_session::testing::{TestEnvironment, TestUser};
/// use scalekit_session::{Clock, SessionState};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let user = TestUser::new("usr_1").organization("org_1").permission("invoices:read");
/// let cookies = environment.sign_in(&scalekit, &user);
///
/// let headers = [("cookie", cookies.as_str())];
/// let exchange = Exchange::new(scalekit.manager());
/// let state = exchange.resolve(&RequestView::new("GET", "/", &headers)).await;
/// let SessionState::Active(session) = state else { panic!("the user is signed in") };
///
/// assert_eq!((session.user_id(), session.organization_id()), ("usr_1", Some("org_1")));
/// assert!(session.has_permission("invoices:read"));
/// assert_eq!(session.logged_in_at(), environment.clock().now());
/// let authorization = format!("Bearer {}", session.access_token()?.secret());
/// # assert!(authorization.len() > 100);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Session(Arc<Facts>);

/// What a process keeps of an opened session: claims and times. The tokens stay sealed.
pub(crate) struct Facts {
    /// The cookie that holds the session.
    pub(crate) holder: Holder,
    pub(crate) claims: Claims,
    pub(crate) profile: KeptProfile,
    pub(crate) session_id: SessionId,
    /// The value that the marker cookie must have.
    pub(crate) marker: [u8; 22],
    pub(crate) generation: u32,
    pub(crate) login_at: Timestamp,
    pub(crate) refreshed_at: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) due_at: Timestamp,
    /// A hash by which the refresh token is known. `None` when the session has no refresh token.
    pub(crate) refresh: Option<RefreshKey>,
    /// The cookie secret that sealed the session no longer seals.
    pub(crate) retired: bool,
    /// The key that verified the access token. `None` while the access token is not verified.
    pub(crate) key: Option<Arc<VerifyingKey>>,
    pub(crate) tokens: Arc<dyn Tokens>,
    /// When a browser last showed this sealed value, in milliseconds.
    pub(crate) seen_at: AtomicU64,
}

/// A session and its sealed value, ready to be written.
pub(crate) struct SealedSession {
    pub(crate) value: Arc<str>,
    pub(crate) session: Session,
}

impl fmt::Debug for SealedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSession").field("session", &self.session).finish_non_exhaustive()
    }
}

/// The tokens of a session, which are opened when a handler needs one.
pub(crate) trait Tokens: Send + Sync {
    fn open(&self) -> Result<(AccessToken, Option<IdToken>), Error>;

    /// The sealed value that holds the tokens.
    fn sealed(&self) -> Option<Arc<str>>;
}

impl Session {
    pub(crate) fn new(facts: Facts) -> Self {
        Self(Arc::new(facts))
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.0
    }

    /// Session id and generation, by which the commit point knows the session.
    pub(crate) fn names(&self) -> (SessionId, u32) {
        (self.0.session_id, self.0.generation)
    }

    pub(crate) fn see(&self, now: Timestamp) {
        self.0.seen_at.store(now.as_millis(), Ordering::Relaxed);
    }

    pub(crate) fn seen_at(&self) -> Timestamp {
        Timestamp::from_millis(self.0.seen_at.load(Ordering::Relaxed))
    }

    /// The user's id (`usr_…`), the `sub` of every token (RFC 7519 §4.1.2). It is unique together with the issuer.
    #[must_use]
    pub fn user_id(&self) -> &str {
        self.0.claims.subject()
    }

    /// The id of the organization (`org_…`) for which the roles and permissions hold.
    #[must_use]
    pub fn organization_id(&self) -> Option<&str> {
        self.0.claims.organization_id()
    }

    /// The id of Scalekit's own session (`ses_…`). All applications in this browser share it, and it stays the same
    /// after a new login.
    #[must_use]
    pub fn scalekit_session_id(&self) -> Option<&str> {
        self.0.claims.session_id()
    }

    /// Name, e-mail address and other details from the ID token. For display, not for authorization.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.0.profile.get()
    }

    /// All claims of the verified access token.
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

    /// When the access token is over. The session goes on, because a request refreshes it before that time.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.0.end
    }

    /// When the user logged in.
    #[must_use]
    pub fn logged_in_at(&self) -> Timestamp {
        self.0.login_at
    }

    /// How often the tokens were refreshed since login. Always 0 for a session in the SDK cookie, which has no place
    /// for the count.
    #[must_use]
    pub fn refreshes(&self) -> u32 {
        match self.0.holder {
            Holder::SdkCookie => 0,
            _ => self.0.generation,
        }
    }

    /// The access token, for calls to other services in the user's name. Each call opens the sealed value again.
    ///
    /// # Errors
    /// - When the cookie secret that sealed the session is no longer configured.
    /// - When the session has no tokens, because it was made of a
    ///   [`VerifiedSession`](crate::adapter::VerifiedSession).
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
