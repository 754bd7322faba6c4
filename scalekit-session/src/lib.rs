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
pub mod adapter;
// One request, from its cookies to its `Set-Cookie` lines.
mod pipeline;
// The parts of one instance: settings, connections, caches.
mod instance;
// What a process remembers between requests.
mod memory;
// How cookies hold a session: one cookie, shared, split.
mod layout;
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

// What an operator is told: every event that is logged.
mod event;

// Leaves, used by all.
mod clock;
mod error;
mod id;
mod loopback;
mod random;
mod request;
mod secret;

// The public interface: what every application meets stands at the root, the rest in modules named for their readers.

pub use adapter::manager::SessionManager;
pub use clock::{Clock, SystemClock, Timestamp};
pub use error::{Error, ErrorKind};
pub use memory::watches::SessionEnd;
pub use pipeline::resolution::SessionState;
pub use rules::access::{Requirement, Requires};
pub use rules::policy::Policy;
pub use rules::return_to::ReturnTo;
pub use scalekit::Scalekit;
pub use scalekit::config::{ConfigError, ScalekitBuilder, SdkCookie, SplitCookies};
pub use scalekit::watch::SessionWatch;
pub use sdk_cookie::SdkLanguage;
pub use secret::{AccessToken, ClientSecret};
pub use session::Session;
pub use session::hooks::{Login, LoginRefused};
pub use token::claims::Claims;
pub use token::profile::{LinkedIdentity, Profile};

/// Scalekit's authentication endpoints without sessions: for flows of your own, a native app's backend, a job or a test.
pub mod client {
    pub use crate::secret::{AuthorizationCode, CodeVerifier, IdToken, Nonce, RefreshToken};
    pub use crate::token::jwt::{IdpInitiatedLogin, InvalidToken};
    pub use crate::upstream::client::{
        Authentication, ClientConfigError, ClientError, ClientErrorKind, ClientToken, CodeExchange,
        Refreshed, ScalekitClient, ScalekitClientBuilder,
    };
    pub use crate::upstream::oauth::{AuthorizationRequest, LogoutRequest, NoRandomness, ReservedParameter};
}

/// What can be wrong with a setting, one type for each kind of setting.
pub mod config {
    pub use crate::rules::redirect_uri::RedirectUriError;
    pub use crate::rules::return_to::ReturnToError;
    pub use crate::scalekit::config::ConfigProblem;
    pub use crate::sdk_cookie::SdkCookieSecretError;
    pub use crate::seal::{CookieSecretError, CookieSecretListError};
    pub use crate::upstream::oauth::EnvironmentUrlError;
}

/// The few pages that the crate shows by itself, for applications that render their own.
pub mod pages {
    pub use crate::answer::pages::{Page, PageAction, PageKind, render_page};
}

/// How the crate reaches Scalekit, and where work runs that outlives a request.
pub mod transport {
    #[cfg(feature = "tokio")]
    pub use crate::upstream::runtime::{NoRuntime, TokioRuntime};
    pub use crate::upstream::runtime::{Runtime, Task};
    #[cfg(feature = "reqwest")]
    pub use crate::upstream::transport::{BuildTransportError, ReqwestTransport};
    pub use crate::upstream::transport::{
        HttpRequest, HttpResponse, MAX_RESPONSE_BYTES, Transport, TransportError, TransportFailure,
    };
}
