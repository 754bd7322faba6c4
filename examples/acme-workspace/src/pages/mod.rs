//! The pages, one file each.

mod dashboard;
mod escape;
mod home;
mod invoices;
mod layout;
mod me;
mod moment;
mod notice;

pub use invoices::CAN_READ_INVOICES;
pub use me::me;

use scalekit_session::Session;

/// The pages of an application of that framework.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    framework: &'static str,
}

/// Who looks at a page that everybody may see.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Visitor<'a> {
    /// Somebody who is signed in.
    SignedIn(&'a Session),
    /// Nobody.
    Nobody,
    /// Perhaps somebody: the session cannot be checked now.
    Unknown,
}

impl Pages {
    /// The pages of an application of that framework, which the footer names.
    #[must_use]
    pub const fn of(framework: &'static str) -> Self {
        Self { framework }
    }
}
