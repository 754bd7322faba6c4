//! The refresh tokens that this process has sent: at most one refresh per token, whose result later requests find. The
//! refresh itself is in `pipeline/refresh.rs`.

mod table;

pub(crate) use self::table::{Joined, Outcome, RefreshLanding, RefreshTable, Successor};
