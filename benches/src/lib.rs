//! What the benchmarks compare: the sessions they validate, and what people write without this crate.

pub mod recipe;
pub mod signed_in;
