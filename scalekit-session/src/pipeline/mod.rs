//! One request, from its cookies to its `Set-Cookie` lines.
//!
//! ```text
//!  Cookie lines ─► gate ─► find ─► open ─► decide ─────────► resolve ─► Resolution
//!                                           │  ▲                            ▲
//!                                  has to   │  │ keys                       │
//!                                  wait     ▼  │ came                       │
//!                                          settle ──────────────────────────┘
//!                                           │  ▲       after a refresh
//!                                           ▼  │
//!                                          refresh, in a task of its own
//!
//!  Resolution ─► handler ─► commit ─► Set-Cookie lines
//! ```
//!
//! - `inspect`: starts the pipeline. Runs the steps from `gate` to `decide`, and makes the `Pending` of a request that has
//!   to wait
//! - `gate`: refuses requests that get no session, whatever their cookies show
//! - `find`: finds the session that the cookies show, and makes the `Case`
//! - `open`: looks a sealed value up or unseals it. Verifies its access token only when the rules answer `Verify`
//! - `decide`: asks the rules (`rules/decide`), and does what they say
//! - `settle`: waits for Scalekit, in a future of its own. When keys came, the rules decide again. After a refresh,
//!   `settle` itself makes the `Resolution`
//! - `refresh`: sends a refresh token once, in a task of its own
//! - `resolve`: makes the session for the handler, and the cookies to write
//! - `commit`: drops the cookies that the response may no longer write
//! - `resolution`: the types of the results

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
