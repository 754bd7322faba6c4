//! Sessions from a trusted gateway's signed header: a [`SessionManager`] of an application's own.
//!
//! A gateway in front of the application signs users in and adds a header to each request:
//!
//! ```text
//! x-gateway-session: base64url(claims as JSON) "." base64url(HMAC-SHA-256 of the text before the dot)
//! ```
//!
//! [`GatewaySessions`] verifies it. `README.md` says what the gateway must do. [`apps`] has a small application in each
//! framework.

pub mod apps;

use std::fmt;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scalekit_session::adapter::{Inspection, RequestView, Resolution, VerifiedSession};
use scalekit_session::{Clock, Session, SessionManager, SessionState, Timestamp};

/// The header that the gateway adds, and removes from what clients send.
pub const HEADER: &str = "x-gateway-session";

/// The longest life of a header, `exp` minus `iat`. A header that leaked can be used for that long.
pub const MAX_LIFE: Duration = Duration::from_secs(60);

/// The longest header value that is looked at, in bytes.
pub const MAX_LENGTH: usize = 4096;

/// The length of the shortest key, in bytes: the length of the MAC (RFC 2104 §3).
pub const MIN_KEY: usize = 32;

/// Verifies the gateway's header. Keeps no cookies and refreshes nothing: each request brings its session.
#[derive(Debug)]
pub struct GatewaySessions {
    key: hmac::Key,
    audience: String,
    origins: [String; 1],
    clock: Box<dyn Clock>,
}

/// The key has fewer than [`MIN_KEY`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyTooShort;

impl GatewaySessions {
    /// `key` is known to the gateway and to this application only, and used for this header only. `audience` is this
    /// application's name at the gateway. `origin` is where browsers see the application, such as `https://app.example`.
    ///
    /// # Errors
    /// When the key has fewer than [`MIN_KEY`] bytes.
    pub fn new(
        key: &[u8],
        audience: impl Into<String>,
        origin: impl Into<String>,
        clock: impl Clock,
    ) -> Result<Self, KeyTooShort> {
        if key.len() < MIN_KEY {
            return Err(KeyTooShort);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        Ok(Self { key, audience: audience.into(), origins: [origin.into()], clock: Box::new(clock) })
    }

    /// The session of a header value, if the gateway signed the value for this application and it holds `now`.
    fn verified(&self, value: &str, now: Timestamp) -> Option<Session> {
        if value.len() > MAX_LENGTH {
            return None;
        }
        let (signed, mac) = value.split_once('.')?;
        // Compares in constant time. No claim is read before this line.
        hmac::verify(&self.key, signed.as_bytes(), &URL_SAFE_NO_PAD.decode(mac).ok()?).ok()?;
        let session = VerifiedSession::of_claims(&URL_SAFE_NO_PAD.decode(signed).ok()?).ok()?;
        let claims = session.claims();
        let holds = claims.audience().iter().any(|audience| **audience == *self.audience)
            && claims.expires_at().since(claims.issued_at()) <= MAX_LIFE
            && session.holds_from() <= now
            && now < claims.expires_at();
        holds.then(|| session.into_session())
    }
}

impl SessionManager for GatewaySessions {
    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    fn allowed_origins(&self) -> &[String] {
        &self.origins
    }

    fn inspect(&self, request: &RequestView<'_>, now: Timestamp) -> Inspection {
        // `header` finds nothing when the header came twice. One of the two is then not the gateway's.
        let session = request.header(HEADER).and_then(|value| self.verified(value, now));
        let state = session.map_or(SessionState::Anonymous, SessionState::Active);
        Inspection::Settled(Resolution::new(state))
    }
}

impl fmt::Display for KeyTooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the gateway's key has fewer than {MIN_KEY} bytes")
    }
}

impl std::error::Error for KeyTooShort {}
