#![doc = include_str!("../README.md")]

pub use crate::builder::{EmulatorBuilder, StartError};
pub use crate::calls::{Call, Calls, Endpoint, GrantType};
pub use crate::clients::Client;
pub use crate::clock::{Clock, ManualClock, SystemClock};
pub use crate::emulator::{AuthenticateError, Emulator};
pub use crate::faults::{Fault, FaultBody, Faults, ForgedAlgorithm, Gate, Rule, Tamper};
pub use crate::sessions::{AuthenticatedClient, Session, SessionStatus};
pub use crate::signing::{Rotation, SigningError};
pub use crate::users::{Membership, Organization, User};

mod authorization;
mod builder;
mod calls;
mod clients;
mod clock;
mod codes;
mod emulator;
mod environment;
mod faults;
mod grants;
mod ids;
mod login;
mod pages;
mod parameters;
mod routes;
mod seed;
mod server;
mod session_details;
mod sessions;
mod signing;
mod step;
mod timestamps;
mod tokens;
mod users;
mod visitor;
mod wire;
mod world;
