//! Services in axum, actix-web and Rocket beside a FastAPI application: one origin, one session.
//!
//! The FastAPI application is what Scalekit's Python package makes of it, and knows nothing of the others. They are told its
//! `cookie_encryption_secret`, and to write what it reads:
//!
//! ```
//! # use scalekit_session::{SdkCookie, SdkLanguage, Scalekit};
//! # let secret = "the one that the FastAPI application has";
//! let builder = Scalekit::builder().sdk_cookie(SdkCookie::new(secret).write(SdkLanguage::Python));
//! ```
//!
//! or, in the environment, by `SCALEKIT_SDK_COOKIE_SECRET` and `SCALEKIT_SDK_COOKIE_WRITE=python`. They use the
//! same client of Scalekit, where each has a redirect URI of its own. Whoever signs in at one of them is signed in at all;
//! any refreshes the session, and any ends it.
//!
//! [`Site`] starts all of them, behind a [`Proxy`] and with an emulator that signs people in.

mod site;

mod fastapi;
mod page;
mod proxy;
mod services;

pub use proxy::Proxy;
pub use site::{Failure, SERVICES, Site};
