//! Encrypted cookie sessions around Scalekit's OIDC tokens.

#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transport;

mod claims;
mod client;
mod clock;
mod cookie;
mod jwt;
mod keys;
mod oauth;
mod profile;
mod request;
mod runtime;
mod seal;
mod secret;

pub use claims::Claims;
pub use client::{
    Authentication, BuildClientError, ClientError, ClientErrorKind, ClientToken, CodeExchange,
    Refreshed, ScalekitClient, ScalekitClientBuilder,
};
pub use clock::{Clock, SystemClock, Timestamp};
pub use jwt::{IdpInitiatedLogin, InvalidToken};
pub use oauth::{
    AuthorizationRequest, EnvironmentUrlError, LogoutRequest, NoRandomness, ReservedParameter,
    TransientCause,
};
pub use profile::{LinkedIdentity, Profile};
pub use request::{Headers, RequestHead, RequestView};
#[cfg(feature = "tokio")]
pub use runtime::{NoRuntime, TokioRuntime};
pub use runtime::{Runtime, Task};
pub use secret::{
    AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, IdToken, Nonce, RefreshToken,
};
