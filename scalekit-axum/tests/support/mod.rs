//! An application behind the adapter, an emulated Scalekit, and browsers that visit it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

mod application;
mod browser;
mod jar;
mod logs;
mod world;

pub(crate) use application::{CanReadInvoices, application};
pub(crate) use browser::{Browser, navigation, program};
pub(crate) use logs::Logs;
pub(crate) use world::World;

pub(crate) const ADA: &str = "ada@acme.example";
pub(crate) const BOB: &str = "bob@acme.example";
pub(crate) const MIA: &str = "mia@many.example";

pub(crate) const ADA_ID: &str = "usr_100000000000000001";
pub(crate) const BOB_ID: &str = "usr_100000000000000002";
