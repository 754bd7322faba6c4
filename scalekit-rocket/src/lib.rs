#![doc = include_str!("../README.md")]

mod fairing;
mod visit;

mod catchers;
mod forwarding;
mod guard;
mod rejection;

mod routes;

mod headers;
mod reply;

// The public interface is:
pub use fairing::SessionFairing;
pub use forwarding::Forwarding;
pub use guard::{Authorized, MaybeSession, RefreshableSession, Session};
pub use rejection::SessionRejection;

pub use scalekit_session::adapter::RejectionKind;
pub use scalekit_session::pages::{Page, PageAction, PageKind, render_page};
pub use scalekit_session::{
    self, ConfigError, Login, LoginRefused, Requirement, Requires, Scalekit, ScalekitBuilder, SdkCookie,
    SdkLanguage, SessionEnd, SessionManager, SessionWatch, SplitCookies,
};
