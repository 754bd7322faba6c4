//! What can go wrong while a session is made or read, opaque outside, without secrets inside.

use std::fmt;

use thiserror::Error as ThisError;

/// Why a session could not be made, or its tokens not be read.
#[derive(Debug, ThisError)]
#[error(transparent)]
pub struct Error(#[from] Repr);

/// What [`Error::kind`] tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The sealed session needs more room in cookies than the budget allows (R15).
    TooLarge,
    /// The tokens carry no session: `sid` or another claim is missing.
    NotASession,
    /// The sealed tokens could not be opened again: their key was retired meanwhile.
    Unreadable,
    /// The operating system gave no random numbers.
    Random,
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
        }
    }
}

#[derive(Debug, ThisError)]
pub(crate) enum Repr {
    #[error("{0}")]
    TooLarge(Sizes),
    #[error(
        "the session takes {characters} characters in the cookie shared with Scalekit's official packages, which hold \
         {most}; send fewer permissions or custom claims in the access token, or give each application its own cookie"
    )]
    SdkTooLong { characters: usize, most: usize },
    #[error("the access token is not a session's: it has no {0}")]
    NotASession(&'static str),
    #[error("the session's tokens can no longer be opened; their cookie secret was retired")]
    Unreadable,
    #[error("the operating system gave no random numbers")]
    Random,
}

/// What a session that is too large consists of, in bytes.
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
