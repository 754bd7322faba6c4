//! What is known of refresh tokens, and the calls under way with them: once per token, with a result that latecomers
//! find. The call itself is in [`rotation`](crate::pipeline::rotate).

mod flight;
mod table;

pub(crate) use self::flight::{Landing, Outcome};
pub(crate) use self::table::{Found, Landed, RefreshTable};
