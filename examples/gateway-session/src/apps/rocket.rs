//! The application in Rocket.

use std::net::SocketAddr;
use std::sync::Arc;

use rocket::config::LogLevel;
use rocket::fairing::AdHoc;
use rocket::{Config, get, post, routes};
use scalekit_rocket::{
    Authorized, MaybeSession, Requirement, Requires, Session, SessionFairing, SessionManager,
};

use super::Failure;

pub(super) async fn serve(
    manager: Arc<dyn SessionManager>,
    port: u16,
    ready: impl FnOnce(SocketAddr) + Send + Sync + 'static,
) -> Result<(), Failure> {
    let app = rocket::custom(Config { port, log_level: LogLevel::Off, ..Config::default() })
        .mount("/", routes![me, write_note, admin, maybe, about])
        .attach(SessionFairing::with_manager(manager))
        .attach(AdHoc::on_liftoff("ready", |rocket| {
            ready(SocketAddr::new(rocket.config().address, rocket.config().port));
            Box::pin(async {})
        }));
    // Rocket's own error panics when it is dropped before its kind was read.
    app.launch().await.map(drop).map_err(|error| error.kind().to_string().into())
}

#[get("/me")]
async fn me(session: Session) -> String {
    session.user_id().to_owned()
}

#[post("/notes")]
async fn write_note(session: Session) -> String {
    format!("A note of {}", session.user_id())
}

struct IsAdmin;

impl Requirement for IsAdmin {
    fn requires() -> Requires {
        Requires::role("admin")
    }
}

#[get("/admin")]
async fn admin(_admin: Authorized<IsAdmin>) -> &'static str {
    "For administrators"
}

#[get("/maybe")]
async fn maybe(session: MaybeSession) -> String {
    match session {
        MaybeSession::Active(session) => format!("Hello {}", session.user_id()),
        _ => "Hello stranger".to_owned(),
    }
}

#[get("/about")]
fn about() -> &'static str {
    "About"
}
