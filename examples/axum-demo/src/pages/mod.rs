//! The pages, one file each: the handler and its HTML.

mod dashboard;
mod escape;
mod home;
mod invoices;
mod layout;
mod me;
mod moment;
mod notice;

pub(crate) use dashboard::dashboard;
pub(crate) use home::home;
pub(crate) use invoices::invoices;
pub(crate) use me::me;
pub(crate) use notice::{not_found, notice};
