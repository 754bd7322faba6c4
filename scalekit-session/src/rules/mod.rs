//! The rules of sessions, logins and access: functions that decide. They wait for nothing, read no clock and do no I/O.

pub(crate) mod access;
pub(crate) mod decide;
pub(crate) mod navigation;
pub(crate) mod origin;
pub(crate) mod policy;
pub(crate) mod redirect_uri;
pub(crate) mod return_to;
pub(crate) mod routes;
