//! Configuration: what has to be said, what may be said, and everything that is wrong with it at once.

mod build;
mod builder;
mod check;
mod env;
mod official;
mod problem;
mod redirect_uri;
mod split;

pub use self::builder::ScalekitBuilder;
pub use self::official::OfficialCookie;
pub use self::problem::{ConfigError, Problem};
pub use self::redirect_uri::RedirectUriError;
pub use self::split::SplitCookies;

pub(crate) use self::redirect_uri::{Reach, RedirectUri};

use crate::policy::Policy;
use crate::return_to::ReturnTo;
use crate::routes::Routes;

/// Everything that a request is judged by; immutable once built.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) redirect: RedirectUri,
    pub(crate) issuers: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) post_logout_redirect_uri: Option<String>,
    /// Origins that may send requests with effects: our own first.
    pub(crate) origins: Vec<String>,
    pub(crate) routes: Routes,
    pub(crate) default_return_to: ReturnTo,
    pub(crate) policy: Policy,
    /// The most that all cookies of a session may add to a request, in bytes.
    pub(crate) budget: usize,
}
