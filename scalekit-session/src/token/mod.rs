//! Scalekit's tokens: verified, and read into claims and profile.

pub(crate) mod claims;
pub(crate) mod jwt;
pub(crate) mod profile;
