//! What one process remembers between requests, each with a bound.

pub(crate) mod ended;
pub(crate) mod logins;
pub(crate) mod opened;
pub(crate) mod successors;
mod swept;
pub(crate) mod watches;
