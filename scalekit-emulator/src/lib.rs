#![doc = include_str!("../README.md")]

pub use crate::builder::{EmulatorBuilder, StartError};
pub use crate::calls::{Call, Calls, Endpoint, GrantType};
pub use crate::clients::Client;
pub use crate::clock::{Clock, ManualClock, SystemClock};
pub use crate::deliveries::{Delivery, DeliveryKind, DeliveryOutcome};
pub use crate::emulator::{AuthenticateError, Emulator};
pub use crate::faults::{Fault, FaultBody, Faults, ForgedAlgorithm, Gate, Rule, Tamper, WebhookFlaw};
pub use crate::idp::{IdpLogin, IdpLoginError};
pub use crate::redirects::RedirectUriError;
pub use crate::sessions::{AuthenticatedClient, Session, SessionStatus};
pub use crate::signing::{Rotation, SigningError};
pub use crate::users::{Membership, Organization, User};
pub use crate::webhooks::WebhookSecretError;

mod authorization;
mod builder;
mod calls;
mod clients;
mod clock;
mod codes;
#[cfg(feature = "conformance")]
pub mod conformance;
mod courier;
mod deliveries;
mod emulator;
mod environment;
mod events;
mod faults;
mod grants;
mod idp;
mod ids;
mod login;
mod pages;
mod parameters;
mod redirects;
mod reset;
mod routes;
mod seed;
mod server;
mod session_details;
mod session_list;
mod sessions;
mod signing;
mod step;
mod timestamps;
#[cfg(feature = "tls")]
mod tls;
mod tokens;
mod users;
mod visitor;
mod webhooks;
mod wire;
mod world;
