//! The conformance suite: what every adapter promises, as stories that are told to a running application (R53).
//!
//! A story knows nothing of the framework. It talks HTTP to the application, through a jar that keeps and sends
//! cookies as browsers do, with this emulator as Scalekit. It controls the time, the faults of Scalekit, the order in
//! which responses arrive, and how many instances there are.
//!
//! ```ignore
//! struct MyApplication { /* … */ }
//!
//! impl Application for MyApplication { /* start, address, advance, stop */ }
//!
//! scalekit_emulator::conformance!(MyApplication); // a test for each story
//! ```
//!
//! A story that fails prints its name and everything that was said, secrets masked.
//!
//! # The application
//!
//! It takes its configuration from the variables it is given, mounts the ready-made routes at `/auth/login`,
//! `/auth/callback` and `/auth/logout`, and serves:
//!
//! | route | asks for | answers |
//! |---|---|---|
//! | any method `/public` | nothing | `public` |
//! | any method `/me` | a session | the user's id |
//! | any method `/maybe` | a session, without refusing | `active {user id}`, `anonymous` or `unavailable {seconds}` |
//! | `GET /name` | a session | the name in the profile |
//! | `GET /invoices` | the permission `invoices:read`, by extractor or guard | the user's id |
//! | `GET /admin` | the role `admin`, by a layer or guard of the route | the user's id |
//! | `GET /status/{code}` | a session | that status |
//! | `GET /moved` | a session | 303 to `/public` |
//! | `GET /cached` | a session | `cache-control: public, max-age=60` and `vary: accept-encoding` |
//! | `GET /own-cookies` | a session | the cookies `theme=dark; Path=/` and `language=en, or so; Path=/` |
//! | `GET /stream` | a session | the event `data: hello {user id}`, a blank line, and no end |
//! | `POST /slow` | a session, without refusing | reads its body to the end, then answers as `/maybe` |
//! | `GET /waiting` | nothing | how many handlers of `/slow` have asked for their session and are reading |
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a story that meets a surprise fails, and says where"
)]

pub use self::application::{Application, Environment};
pub use self::run::run;
pub use self::world::Stage;

mod answer;
mod application;
mod browser;
mod cache;
mod jar;
mod listing;
mod request;
mod run;
mod schedule;
mod slow;
mod soon;
#[doc(hidden)]
pub mod stories;
mod transcript;
mod world;

/// The names of all stories.
pub const STORIES: &[&str] = crate::conformance!(@each names []);
