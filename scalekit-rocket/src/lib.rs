#![doc = include_str!("../README.md")]

mod fairing;
mod visit;

mod forwarding;
mod guard;

mod catchers;
mod rejection;

mod routes;

mod headers;
mod reply;

// The public interface is:
pub use fairing::SessionFairing;
pub use forwarding::Forwarding;
pub use guard::{Authorized, MaybeSession, Session};
pub use rejection::SessionRejection;

pub use scalekit_session::{
    self as core, ConfigError, Login, LoginRefused, OfficialCookie, OfficialDialect, Page, PageAction,
    PageKind, RejectionKind, Requirement, Requires, Scalekit, ScalekitBuilder, SessionEnd, SessionManager,
    SessionWatch, SplitCookies, render_page,
};
