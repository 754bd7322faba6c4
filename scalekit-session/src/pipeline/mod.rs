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
//! - `gate`: requests that get no session, whatever their cookies show
//! - `find`: which session the cookies show
//! - `open`: a sealed value, looked up or opened, and its access token, verified
//! - `decide`: asks the rules (`rules/decide`), and carries out what they say
//! - `settle`: the part that waits for Scalekit, in a future of its own
//! - `refresh`: one call with a refresh token, in a task of its own
//! - `resolve`: the session for the handler, and the cookies to write
//! - `commit`: what the response may still write when its head leaves

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
