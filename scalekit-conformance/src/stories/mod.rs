//! The stories, by subject. Their names begin with the requirements that they are about.

pub mod caching;
pub mod cookies;
pub mod hop;
pub mod keys;
pub mod login;
pub mod logout;
pub mod outage;
pub mod programs;
pub mod races;
pub mod refresh;
pub mod renewal;
pub mod rival;
pub mod split;
