//! What is known of refresh tokens, and the calls under way with them: one call per token, with a result that later
//! requests find. The call itself is in `pipeline/refresh.rs`.

mod table;

pub(crate) use self::table::{Joined, Outcome, RefreshLanding, RefreshTable, Successor};
