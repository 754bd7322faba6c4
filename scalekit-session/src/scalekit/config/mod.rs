//! Configuration: what has to be said, what may be said, and everything that is wrong with it at once.

mod build;
mod builder;
mod check;
mod env;
mod problem;
mod sdk_cookie;
mod split;
#[cfg(test)]
mod tests;

pub use self::builder::ScalekitBuilder;
pub use self::problem::{ConfigError, ConfigProblem};
pub use self::sdk_cookie::SdkCookie;
pub use self::split::SplitCookies;
