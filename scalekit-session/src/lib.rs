#![doc = include_str!("../README.md")]

// The rooms, from the top floor down. A room uses only rooms below it; `scripts/check-rooms` reads the order here.

// Signs a test in without HTTP, and moves its clock.
#[cfg(any(test, feature = "testing"))]
pub mod testing;
// `Scalekit`: the session manager that applications configure.
mod scalekit;
// The ready-made routes, and the answers that lead to them.
mod routes;
// What an adapter for a web framework drives.
mod adapter;
// One request, from its cookies to its `Set-Cookie` lines.
mod pipeline;
// How cookies hold a session.
mod layout;
// The parts of one instance: settings, connections, caches.
mod instance;
// What a process remembers between requests.
mod memory;
// A session as handlers see it, what it is made of, and what an application plugs in.
mod session;
// All I/O: Scalekit's endpoints, signing keys, background tasks.
mod upstream;
// Replies, refusals and pages, as values.
mod answer;
// Rules: plain functions that decide.
mod rules;
// Cookies as text: names, chunks, `Set-Cookie` lines.
mod cookie;
// The session cookie of Scalekit's official packages, byte for byte.
mod sdk_cookie;
// Authenticated encryption of what cookies hold.
mod seal;
// Scalekit's tokens, verified and read.
mod token;

// Leaves, used by all.
mod clock;
mod error;
mod id;
mod loopback;
mod random;
mod request;
mod secret;

// The public interface is:
pub use upstream::transport;

pub use adapter::exchange::{Exchange, Resolving};
pub use adapter::manager::SessionManager;
pub use adapter::rejection::{Rejection, RejectionKind};
pub use answer::pages::{Page, PageAction, PageKind, render_page};
pub use answer::refusal::Refusal;
pub use answer::reply::{HeaderEdit, HeaderEdits, Reply};
pub use clock::{Clock, SystemClock, Timestamp};
pub use cookie::SetCookie;
pub use error::{Error, ErrorKind};
pub use memory::watches::SessionEnd;
pub use pipeline::resolution::{Inspection, Pending, Resolution, State};
pub use request::{Headers, RequestHead, RequestView};
pub use rules::access::{Requirement, Requires};
pub use rules::policy::Policy;
pub use rules::redirect_uri::RedirectUriError;
pub use rules::return_to::{ReturnTo, ReturnToError};
pub use rules::routes::{Route, Routes};
pub use scalekit::Scalekit;
pub use scalekit::config::{ConfigError, OfficialCookie, Problem, ScalekitBuilder, SplitCookies};
pub use scalekit::watch::SessionWatch;
pub use sdk_cookie::OfficialDialect;
pub use seal::KeyError;
pub use secret::{AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, IdToken, Nonce, RefreshToken};
pub use session::Session;
pub use session::grant::Grant;
pub use session::hooks::{Login, LoginRefused};
pub use token::claims::Claims;
pub use token::jwt::{IdpInitiatedLogin, InvalidToken};
pub use token::profile::{LinkedIdentity, Profile};
pub use upstream::client::{
    Authentication, BuildClientError, ClientError, ClientErrorKind, ClientToken, CodeExchange, Refreshed,
    ScalekitClient, ScalekitClientBuilder,
};
pub use upstream::oauth::{
    AuthorizationRequest, EnvironmentUrlError, LogoutRequest, NoRandomness, ReservedParameter, TransientCause,
};
#[cfg(feature = "tokio")]
pub use upstream::runtime::{NoRuntime, TokioRuntime};
pub use upstream::runtime::{Runtime, Task};
