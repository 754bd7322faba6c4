//! Scalekit's tokens: verification, and the claims and the profile that they hold.

pub(crate) mod claims;
pub(crate) mod jwt;
pub(crate) mod profile;
