//! Configuration: what has to be said, what may be said, and everything that is wrong with it at once.

mod build;
mod builder;
mod check;
mod env;
mod official;
mod problem;
mod split;

pub use self::builder::ScalekitBuilder;
pub use self::official::OfficialCookie;
pub use self::problem::{ConfigError, Problem};
pub use self::split::SplitCookies;
