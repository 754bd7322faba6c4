//! Cookies, both ways: what a request carries under our names, and the `Set-Cookie` lines we answer with.
//!
//! A sealed value that one cookie cannot hold is cut into chunks. The cookie `{base}` then holds the number of
//! parts, a dot and the first part; `{base}.1`, `{base}.2` … hold the rest. Without a dot `{base}` is the whole
//! value: base64url has none.
//!
//! ```text
//! {base}            the sealed session, or "{n}." and its first part, n = 2 … 8
//! {base}.1 … .7     the other parts
//! {base}-live       the live marker
//! {base}-tx-{flow}  one sealed login transaction
//! {base}-loop       the sealed loop guard
//! {base}-hop        split layout: the sealed hop guard
//! accessToken, refreshToken, idToken   split layout: the sealed session in three, each with chunks like those of {base}
//! sk_session        the session shared with Scalekit's official packages, where that is asked for
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
