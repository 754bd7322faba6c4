//! The crate's own routes (login, callback, refresh, logout), and the replies that redirect to them.

pub(crate) mod hop_guard;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod loop_guard;
pub(crate) mod refresh;
pub(crate) mod refuse;

#[cfg(test)]
mod tests;
