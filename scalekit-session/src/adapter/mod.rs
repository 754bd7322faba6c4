//! What an adapter for a web framework drives.

pub(crate) mod exchange;
pub(crate) mod manager;
pub(crate) mod rejection;
