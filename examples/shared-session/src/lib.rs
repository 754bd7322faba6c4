//! Services in axum, actix-web and Rocket beside a FastAPI application: one origin, one session.
//!
//! [`Site`] starts all of them, and an emulator that signs people in.

mod site;

mod fastapi;
mod page;
mod proxy;
mod services;

pub use proxy::Proxy;
pub use site::{Failure, SERVICES, Site};
