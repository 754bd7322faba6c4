//! A small application in each framework. Each takes any session manager and has the same routes.
//!
//! | route | needs |
//! |---|---|
//! | `GET /me` | a session |
//! | `POST /notes` | a session; a page of another site cannot send it |
//! | `GET /admin` | a session with the role `admin` |
//! | `GET /maybe` | no session, but asks for it |
//! | `GET /about` | no session, and does not ask for it |

mod actix;
mod axum;
mod rocket;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use scalekit_session::SessionManager;

/// Why a server ended.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The frameworks, as [`serve`] calls them.
pub const FRAMEWORKS: [&str; 3] = ["axum", "actix", "rocket"];

/// Serves the application of a framework on a port of 127.0.0.1, until the server ends. Port 0 is any free port. `ready`
/// is told the address when the server listens.
///
/// # Errors
/// When there is no such framework, or its server fails.
pub async fn serve(
    framework: &str,
    manager: Arc<dyn SessionManager>,
    port: u16,
    ready: impl FnOnce(SocketAddr) + Send + Sync + 'static,
) -> Result<(), Failure> {
    match framework {
        "axum" => axum::serve(manager, port, ready).await,
        "actix" => actix::serve(manager, port, ready).await,
        "rocket" => rocket::serve(manager, port, ready).await,
        other => Err(format!("no framework is called {other:?}: choose one of {FRAMEWORKS:?}").into()),
    }
}
