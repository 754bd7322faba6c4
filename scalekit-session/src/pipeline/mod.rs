//! What happens to a request: from its cookies to a session, and from a session to `Set-Cookie` lines.

pub(crate) mod commit;
pub(crate) mod find;
pub(crate) mod gate;
pub(crate) mod inspect;
pub(crate) mod open;
pub(crate) mod resolution;
pub(crate) mod resolve;
pub(crate) mod rotate;
pub(crate) mod settle;
