//! What one process remembers between requests. Each memory has a size limit.

pub(crate) mod ended;
pub(crate) mod logins;
pub(crate) mod opened;
pub(crate) mod successors;
mod swept;
pub(crate) mod watches;
