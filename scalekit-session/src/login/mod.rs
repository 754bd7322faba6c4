//! Logging in: out to Scalekit's hosted pages with PKCE, state and nonce, and back with a code.

mod begin;
mod complete;
mod finished;
mod query;
mod return_to;
mod transaction;

pub use self::return_to::{ReturnTo, ReturnToError};

pub(crate) use self::begin::begin;
pub(crate) use self::complete::complete;
pub(crate) use self::finished::Logins;
