#![doc = include_str!("../README.md")]

mod clock;
mod id;
mod loopback;
mod random;
mod request;
mod secret;

mod cookie;
mod seal;

mod claims;
mod jwt;
mod profile;

mod keys;
mod oauth;
mod official;
mod runtime;
pub mod transport;

mod access;
mod decide;
mod navigation;
mod origin;
mod policy;
mod session;

mod caching;
mod pages;
mod refusal;
mod refuse;
mod reply;
mod return_to;
mod routes;

mod commit;
mod core;
mod ended;
mod evidence;
mod exchange;
mod find;
mod form;
mod inspect;
mod manager;
mod opened;
mod refresh;
mod rejection;
mod resolve;
mod rotation;
mod sealing;
mod settle;
mod watch;

mod grant;
mod hooks;
mod hop;
mod login;
mod logins;
mod logout;
mod loops;
mod renew;

mod client;
mod config;
mod error;
mod scalekit;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

// The public interface is:
pub use access::{Requirement, Requires};
pub use claims::Claims;
pub use client::{
    Authentication, BuildClientError, ClientError, ClientErrorKind, ClientToken, CodeExchange, Refreshed,
    ScalekitClient, ScalekitClientBuilder,
};
pub use clock::{Clock, SystemClock, Timestamp};
pub use config::{ConfigError, OfficialCookie, Problem, RedirectUriError, ScalekitBuilder, SplitCookies};
pub use cookie::SetCookie;
pub use error::{Error, ErrorKind};
pub use exchange::{Exchange, Resolving};
pub use grant::Grant;
pub use hooks::{Login, LoginRefused};
pub use jwt::{IdpInitiatedLogin, InvalidToken};
pub use manager::{Inspection, Pending, Resolution, SessionManager, State};
pub use oauth::{
    AuthorizationRequest, EnvironmentUrlError, LogoutRequest, NoRandomness, ReservedParameter, TransientCause,
};
pub use official::OfficialDialect;
pub use pages::{Page, PageAction, PageKind, render_page};
pub use policy::Policy;
pub use profile::{LinkedIdentity, Profile};
pub use refusal::Refusal;
pub use rejection::{Rejection, RejectionKind};
pub use reply::{HeaderEdit, HeaderEdits, Reply};
pub use request::{Headers, RequestHead, RequestView};
pub use return_to::{ReturnTo, ReturnToError};
pub use routes::{Route, Routes};
#[cfg(feature = "tokio")]
pub use runtime::{NoRuntime, TokioRuntime};
pub use runtime::{Runtime, Task};
pub use scalekit::Scalekit;
pub use seal::KeyError;
pub use secret::{AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, IdToken, Nonce, RefreshToken};
pub use session::Session;
pub use watch::{SessionEnd, SessionWatch};
