#![doc = include_str!("../README.md")]

// The rooms, from the top floor down. A room uses only rooms below it; `scripts/check-rooms` reads the order here.

// Signs users in without HTTP and moves the clock, for tests.
#[cfg(any(test, feature = "testing"))]
pub mod testing;
// `Scalekit`: the session manager that applications configure.
mod scalekit;
// The crate's own routes, and the replies that redirect to them.
mod routes;
// What an adapter for a web framework calls.
pub mod adapter;
// One request, from its cookies to its `Set-Cookie` lines.
mod pipeline;
// The parts of one instance: settings, connections, caches.
mod instance;
// What a process remembers between requests.
mod memory;
// How cookies hold a session: one cookie, shared, split.
mod layout;
// A session for handlers, the tokens it is made from, and the functions that an application gives to the builder.
mod session;
// All I/O: Scalekit's endpoints, signing keys, background tasks.
mod upstream;
// Replies, refusals and pages, as values.
mod answer;
// Rules: functions that decide, without I/O and without a clock.
mod rules;
// Cookies as text: names, chunks, `Set-Cookie` lines.
mod cookie;
// The SDK cookie: the session cookie of Scalekit's official packages, byte for byte.
mod sdk_cookie;
// Authenticated encryption of the values in cookies.
mod seal;
// Scalekit's tokens: verifies and reads them.
mod token;

// The log: every event that operators can see.
mod event;

// Leaves: small modules that all rooms may use.
mod clock;
mod error;
mod id;
mod loopback;
mod random;
mod request;
mod secret;

// The public interface. Types that every application uses are at the root. The others are in modules by use.

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

/// Scalekit's authentication endpoints without sessions, for login flows of your own, the backend of a native app, a
/// job or a test.
pub mod client {
    pub use crate::secret::{AuthorizationCode, CodeVerifier, IdToken, Nonce, RefreshToken};
    pub use crate::token::jwt::{IdpInitiatedLogin, InvalidToken};
    pub use crate::upstream::client::{
        Authentication, ClientConfigError, ClientError, ClientErrorKind, ClientToken, CodeExchange,
        Refreshed, ScalekitClient, ScalekitClientBuilder,
    };
    pub use crate::upstream::oauth::{AuthorizationRequest, LogoutRequest, NoRandomness, ReservedParameter};
}

/// The errors of settings, one type for each kind of setting.
pub mod config {
    pub use crate::rules::redirect_uri::RedirectUriError;
    pub use crate::rules::return_to::ReturnToError;
    pub use crate::scalekit::config::ConfigProblem;
    pub use crate::sdk_cookie::SdkCookieSecretError;
    pub use crate::seal::{CookieSecretError, CookieSecretListError};
    pub use crate::upstream::oauth::EnvironmentUrlError;
}

/// The pages that the crate shows by itself, for applications that render them differently.
pub mod pages {
    pub use crate::answer::pages::{Page, PageAction, PageKind, render_page};
}

/// How the crate sends requests to Scalekit, and where it runs work that outlives a request.
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
