//! The login and callback routes: to Scalekit's hosted pages with PKCE, state and nonce, and back with a code.

mod asking;
mod begin;
mod complete;
mod query;
mod transaction;

pub(crate) use self::begin::{begin, return_to_of as return_to};
pub(crate) use self::complete::complete;
