//! [`Error`]: why a session could not be made, or its tokens not be read. Its messages hold no secrets.

use std::fmt;

use thiserror::Error as ThisError;

/// Why a session could not be made, or its tokens not be read. The message holds no secrets.
///
/// ```
/// use scalekit_session::testing::{TestEnvironment, TestUser};
/// use scalekit_session::{Clock, ErrorKind, SessionManager};
///
/// let environment = TestEnvironment::new();
/// let user = TestUser::new("usr_1").claim("custom", "x".repeat(40_000));
/// let grant = environment.grant(&user);
/// let error = environment.scalekit().seal(&grant, environment.clock().now()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::TooLarge);
/// ```
#[derive(Debug, ThisError)]
#[error(transparent)]
pub struct Error(#[from] Repr);

/// The kinds of [`Error`], as [`Error::kind`] returns them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    // R15
    /// The sealed session needs more bytes of cookies than the budget allows.
    TooLarge,
    /// The tokens are not those of a session: `sid` or another claim is missing.
    NotASession,
    /// The sealed tokens cannot be opened any more, because their cookie secret was retired meanwhile.
    Unreadable,
    /// The operating system gave no random numbers.
    Random,
    /// The session manager does not do this, or its sessions have no tokens.
    Unsupported,
}

impl Error {
    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &self.0 {
            Repr::TooLarge(_) | Repr::SdkTooLong { .. } => ErrorKind::TooLarge,
            Repr::NotASession(_) => ErrorKind::NotASession,
            Repr::Unreadable => ErrorKind::Unreadable,
            Repr::Random => ErrorKind::Random,
            Repr::Unsupported(_) => ErrorKind::Unsupported,
        }
    }

    /// An error of the kind [`ErrorKind::Unsupported`], for a session manager of an application.
    #[must_use]
    pub fn unsupported(what: &'static str) -> Self {
        Repr::Unsupported(what).into()
    }
}

#[derive(Debug, ThisError)]
pub(crate) enum Repr {
    #[error("{0}")]
    Unsupported(&'static str),
    #[error("{0}")]
    TooLarge(Sizes),
    #[error(
        "the session takes {characters} characters in the cookie shared with Scalekit's official packages, and that cookie \
         holds at most {most}; send fewer permissions or custom claims in the access token, or give each application its \
         own cookie"
    )]
    SdkTooLong { characters: usize, most: usize },
    #[error("the access token does not belong to a session: it has no {0}")]
    NotASession(&'static str),
    #[error("the session's tokens cannot be opened any more, because their cookie secret was retired")]
    Unreadable,
    #[error("the operating system gave no random numbers")]
    Random,
}

/// The sizes of a session that is too large, and of its parts, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) cookies: usize,
    pub(crate) budget: usize,
    pub(crate) access_token: usize,
    pub(crate) refresh_token: usize,
    pub(crate) profile: usize,
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cookies, budget, access_token, refresh_token, profile } = self;
        write!(
            f,
            "the session needs {cookies} bytes of cookies even without its ID token, and the budget is {budget} bytes \
             (access token {access_token}, refresh token {refresh_token}, profile {profile}); \
             send fewer permissions or custom claims in the access token, or raise the budget and the proxy's header limit"
        )
    }
}
