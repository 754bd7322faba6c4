//! The application in actix-web.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::{App, HttpServer, web};
use scalekit_actix::{MaybeSession, RequireMiddleware, Session, SessionManager, SessionMiddleware};

use super::Failure;

pub(super) async fn serve(
    manager: Arc<dyn SessionManager>,
    port: u16,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let address = listener.local_addr()?;
    let server = HttpServer::new(move || {
        let admin = web::get().to(async || "For administrators").wrap(RequireMiddleware::role("admin"));
        App::new()
            .route("/me", web::get().to(me))
            .route("/notes", web::post().to(write_note))
            .route("/admin", admin)
            .route("/maybe", web::get().to(maybe))
            .route("/about", web::get().to(async || "About"))
            .wrap(SessionMiddleware::with_manager(Arc::clone(&manager)))
    });
    let server = server.workers(1).listen(listener)?.run();
    ready(address);
    Ok(server.await?)
}

async fn me(session: Session) -> String {
    session.user_id().to_owned()
}

async fn write_note(session: Session) -> String {
    format!("A note of {}", session.user_id())
}

async fn maybe(session: MaybeSession) -> String {
    match session {
        MaybeSession::Active(session) => format!("Hello {}", session.user_id()),
        _ => "Hello stranger".to_owned(),
    }
}
