//! What the crate answers, as values: replies, refusals, pages, and the headers that caches read.

pub(crate) mod caching;
pub(crate) mod pages;
pub(crate) mod refusal;
pub(crate) mod reply;
