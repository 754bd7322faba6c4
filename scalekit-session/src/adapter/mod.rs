//! What an adapter for a web framework calls: one [`Exchange`] per request, and the types of its arguments and results.
//!
//! Applications need this module only to write an adapter or a [`SessionManager`] of their own.

pub(crate) mod exchange;
pub(crate) mod manager;
pub(crate) mod rejection;

pub use self::exchange::{Exchange, Resolving};
pub use self::manager::SessionManager;
pub use self::rejection::{Rejection, RejectionKind};
pub use crate::answer::refusal::{NoSession, Refusal};
pub use crate::answer::reply::{HeaderEdit, HeaderEdits, Reply};
pub use crate::cookie::SetCookie;
pub use crate::pipeline::resolution::{Inspection, Pending, Resolution};
pub use crate::request::{Headers, RequestHead, RequestView};
pub use crate::rules::routes::{AuthRoute, AuthRoutes};
pub use crate::session::grant::Grant;
pub use crate::session::verified::VerifiedSession;
/// The attribute that stands before an `impl` of [`SessionManager`] which has the async method
/// [`serve`](SessionManager::serve). An `impl` without that method does not need this attribute.
pub use async_trait::async_trait;
