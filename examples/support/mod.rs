//! What the stories of the small examples share: the program that they are about, and a browser.

pub(crate) mod browser;
pub(crate) mod program;

pub(crate) use browser::Browser;
pub(crate) use program::Program;

pub(crate) const ADA: &str = "ada@acme.example";
