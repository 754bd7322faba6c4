//! [`VerifiedSession`]: a session whose claims come from another source than Scalekit's tokens.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::{Facts, Session, Tokens};
use crate::clock::Timestamp;
use crate::cookie::Holder;
use crate::error::Error;
use crate::id::SessionId;
use crate::secret::{AccessToken, IdToken};
use crate::token::claims::Claims;
use crate::token::jwt::{ClaimSet, InvalidToken};
use crate::token::profile::Profile;

/// The claims of a signed-in user, for an application's own [`SessionManager`](crate::SessionManager). The manager has
/// verified the claims itself, and there are no tokens.
///
/// Security: this type does not check the claims. Before you call [`of_claims`](Self::of_claims), check who made the
/// claims and for which application. Before you call [`into_session`](Self::into_session), check that they have not
/// expired.
///
/// ```
/// use scalekit_session::Timestamp;
/// use scalekit_session::adapter::VerifiedSession;
///
/// let claims = br#"{"iss":"https://gateway.example","sub":"usr_1","iat":1760000000,"exp":1760000060,"roles":["admin"]}"#;
/// let verified = VerifiedSession::of_claims(claims)?;
///
/// let now = Timestamp::from_secs(1_760_000_030); // the manager's `inspect` gets it as an argument
/// assert!(verified.holds_from() <= now && now < verified.claims().expires_at());
/// let session = verified.into_session();
/// assert_eq!(session.user_id(), "usr_1");
/// assert!(session.has_role("admin"));
/// assert!(session.access_token().is_err(), "the session has no tokens");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "a verified session has no effect until it is made into a session"]
pub struct VerifiedSession {
    claims: Claims,
    holds_from: Timestamp,
    profile: Option<Profile>,
}

impl VerifiedSession {
    /// Reads claims: a JSON object with the members of RFC 7519 §4.1 and of Scalekit's access tokens. `iss`, `sub`,
    /// `iat` and `exp` are required. Each name may occur once.
    ///
    /// # Errors
    /// When the text is not such an object.
    pub fn of_claims(json: &[u8]) -> Result<Self, InvalidToken> {
        let set = ClaimSet::parse(json)?;
        let not_before = set.nbf.get().copied().map_or(Timestamp::EPOCH, Timestamp::from_secs);
        let claims = Claims::new(set)?;
        Ok(Self { holds_from: claims.issued_at().max(not_before), claims, profile: None })
    }

    /// This session with a profile, for display.
    pub fn with_profile(self, profile: Profile) -> Self {
        Self { profile: Some(profile), ..self }
    }

    /// The claims, for example to check their expiry.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// From when the claims hold: `iat`, or `nbf` where that is later. They hold until, and not at, `exp`.
    #[must_use]
    pub fn holds_from(&self) -> Timestamp {
        self.holds_from
    }

    /// The session as handlers see it: logged in at `iat`, over at `exp`.
    #[must_use]
    pub fn into_session(self) -> Session {
        let (issued_at, expires_at) = (self.claims.issued_at(), self.claims.expires_at());
        Session::new(Facts {
            holder: Holder::OneCookie,
            claims: self.claims,
            profile: self.profile.into(),
            session_id: SessionId::from_bytes([0; 16]),
            marker: [0; 22],
            generation: 0,
            login_at: issued_at,
            refreshed_at: issued_at,
            end: expires_at,
            due_at: expires_at,
            refresh: None,
            retired: false,
            key: None,
            tokens: Arc::new(NoTokens),
            seen_at: AtomicU64::new(Timestamp::EPOCH.as_millis()),
        })
    }
}

impl fmt::Debug for VerifiedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedSession").field("claims", &self.claims).finish_non_exhaustive()
    }
}

struct NoTokens;

impl Tokens for NoTokens {
    fn open(&self) -> Result<(AccessToken, Option<IdToken>), Error> {
        Err(Error::unsupported("this session has no tokens"))
    }

    fn sealed(&self) -> Option<Arc<str>> {
        None
    }
}
