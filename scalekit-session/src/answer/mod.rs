//! Answers as values: replies, refusals, pages, and the headers for caches.

pub(crate) mod caching;
pub(crate) mod pages;
pub(crate) mod problem;
pub(crate) mod refusal;
pub(crate) mod reply;
