#![doc = include_str!("../README.md")]

mod future;
mod layer;
mod service;

mod extract;
mod rejection;
mod require;

mod routes;

mod headers;
mod reply;

// The public interface is:
pub use extract::{Authorized, MaybeSession, RefreshableSession, Session};
pub use future::ResponseFuture;
pub use layer::SessionLayer;
pub use rejection::SessionRejection;
pub use require::{RequireFuture, RequireLayer, RequireService};
pub use routes::{routes, routes_with_manager};
pub use service::SessionService;

pub use scalekit_session::adapter::RejectionKind;
pub use scalekit_session::pages::{Page, PageAction, PageKind, render_page};
pub use scalekit_session::{
    self, ConfigError, Login, LoginRefused, Requirement, Requires, Scalekit, ScalekitBuilder, SdkCookie,
    SdkLanguage, SessionEnd, SessionManager, SessionWatch, SplitCookies,
};

/// Compiles the examples of a document of this repository.
#[cfg(doctest)]
#[doc = include_str!("../../docs/move-from-fastapi-or-express.md")]
struct MoveFromFastapiOrExpress;
