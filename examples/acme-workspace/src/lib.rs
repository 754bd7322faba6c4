//! "Acme Workspace" without a web framework: its [`Pages`], its [`Settings`], and when to [`stop`](signals).
//!
//! Each framework has an application of its own beside this crate. What differs between them is how they ask for a
//! session, and that is what they are there to show.

mod pages;
mod settings;
mod stop;

pub use pages::{CAN_READ_INVOICES, Pages, Visitor, me};
pub use settings::{Identity, Settings, SettingsError};
pub use stop::signals;

/// Whom the emulator signs in, and what there is to see as them.
pub const PEOPLE: [(&str, &str); 4] = [
    ("ada@acme.example", "admin of Acme: may read invoices"),
    ("bob@acme.example", "member of Acme: may not"),
    ("mia@many.example", "has 200 permissions, and a session of several cookies"),
    ("sam@two.example", "belongs to two organizations and chooses one"),
];
