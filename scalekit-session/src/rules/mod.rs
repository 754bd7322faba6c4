//! Rules: plain functions over plain values. Nothing here waits, reads a clock or does I/O.

pub(crate) mod access;
pub(crate) mod decide;
pub(crate) mod navigation;
pub(crate) mod origin;
pub(crate) mod policy;
pub(crate) mod redirect_uri;
pub(crate) mod return_to;
pub(crate) mod routes;
