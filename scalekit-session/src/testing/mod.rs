//! Helpers for tests of applications (feature `testing`): sign a user in without HTTP, and move the clock.
//!
//! ```
//! use scalekit_session::testing::{TestEnvironment, TestUser};
//! use scalekit_session::SessionState;
//! use scalekit_session::adapter::{Exchange, RequestView};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let environment = TestEnvironment::new();
//! let scalekit = environment.scalekit();
//!
//! let user = TestUser::new("usr_1").organization("org_1").permission("invoices:read");
//! let cookies = environment.sign_in(&scalekit, &user);
//!
//! let headers = [("cookie", cookies.as_str())];
//! let request = RequestView::new("GET", "/invoices", &headers);
//! let SessionState::Active(session) = Exchange::new(scalekit.manager()).resolve(&request).await else { panic!() };
//! assert!(session.has_permission("invoices:read"));
//! # }
//! ```

mod clock;
mod environment;
mod signing;
mod user;

pub use self::clock::ManualClock;
pub use self::environment::TestEnvironment;
pub use self::signing::SigningKey;
pub use self::user::TestUser;
