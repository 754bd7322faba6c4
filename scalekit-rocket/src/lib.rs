#![doc = include_str!("../README.md")]

mod catchers;
mod fairing;
mod forwarding;
mod guard;
mod headers;
mod rejection;
mod reply;
mod routes;
mod visit;

// The public interface is:
pub use fairing::SessionFairing;
pub use forwarding::Forwarding;
pub use guard::{Authorized, MaybeSession, Session};
pub use rejection::SessionRejection;

pub use scalekit_session::{
    self as core, ConfigError, Login, LoginRefused, RejectionKind, Requirement, Requires, Scalekit,
    ScalekitBuilder, SessionManager,
};
