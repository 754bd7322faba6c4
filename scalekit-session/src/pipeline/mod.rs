//! One request, from its cookies to its `Set-Cookie` lines.
//!
//! ```text
//!  Cookie lines ─► gate ─► find ─► open ─► decide ─┬─────────────────► resolve ─► Resolution
//!                                                  │                              ▲
//!                                                  └─► settle ─► refresh ─────────┘
//!                                                      fetch keys; the only waiting
//!
//!  Resolution ─► handler ─► commit ─► Set-Cookie, Cache-Control, Vary
//! ```
//!
//! - `gate`: refuses requests that get no session, whatever their cookies show
//! - `find`: finds the session that the cookies show
//! - `open`: looks a sealed value up or opens it, and verifies its access token
//! - `decide`: asks the rules (`rules/decide`), and does what they say
//! - `settle`: waits for Scalekit, in a future of its own
//! - `refresh`: sends a refresh token once, in a task of its own
//! - `resolve`: makes the session for the handler, and the cookies to write
//! - `commit`: drops the cookies that the response may no longer write
//!
//! `inspect` runs the steps from `gate` to `decide`, and `resolution` has the types of their results.

pub(crate) mod commit;
pub(crate) mod decide;
pub(crate) mod find;
pub(crate) mod gate;
pub(crate) mod inspect;
pub(crate) mod open;
pub(crate) mod refresh;
pub(crate) mod resolution;
pub(crate) mod resolve;
pub(crate) mod settle;
