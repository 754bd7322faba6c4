#![doc = include_str!("../README.md")]

mod extract;
mod future;
mod headers;
mod layer;
mod rejection;
mod reply;
mod require;
mod routes;
mod service;

// The public interface is:
pub use extract::{Authorized, ExtractFuture, MaybeSession, Session};
pub use future::ResponseFuture;
pub use layer::SessionMiddleware;
pub use rejection::SessionRejection;
pub use require::{RequireFuture, RequireMiddleware, RequireService};
pub use routes::routes;
pub use service::SessionService;

pub use scalekit_session::{
    self as core, ConfigError, Login, LoginRefused, RejectionKind, Requirement, Requires, Scalekit,
    ScalekitBuilder, SessionManager,
};
