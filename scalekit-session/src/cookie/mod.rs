//! Cookies as text: those that a request carries under our names, and the `Set-Cookie` lines of a response.
//!
//! A sealed value that is too long for one cookie is cut into chunks. The cookie `{base}` then holds the number of
//! parts, a dot and the first part. The cookies `{base}.1`, `{base}.2` and so on hold the other parts. A value of
//! `{base}` without a dot is the whole sealed value, because base64url has no dot.
//!
//! ```text
//! {base}            the sealed session, or "{n}." and its first part, n = 2 … 8
//! {base}.1 … .7     the other parts
//! {base}-live       the live marker
//! {base}-tx-{flow}  one sealed login transaction
//! {base}-loop       the sealed loop guard
//! {base}-hop        split layout: the sealed hop guard
//! accessToken, refreshToken, idToken   split layout: the sealed session in three parts, each with chunks like {base}
//! sk_session        the SDK cookie: the session as Scalekit's official packages write it, if configured
//! ```

mod candidate;
mod chunk;
mod data;
mod holder;
mod marker;
mod name;
mod present;
mod request;
mod spec;

#[cfg(test)]
mod jar;
#[cfg(test)]
mod tests;

pub(crate) use chunk::{ChunkSet, clear, split};
pub(crate) use data::{DataNames, SplitNames};
pub(crate) use holder::{Holder, Part};
pub(crate) use marker::marker_value;
pub(crate) use name::CookieNames;
pub(crate) use present::Present;
pub(crate) use request::RequestCookies;
#[cfg(test)]
pub(crate) use request::SCANS;
pub(crate) use spec::CookieSpec;
pub use spec::SetCookie;
