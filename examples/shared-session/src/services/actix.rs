//! The service in actix-web.

use std::net::{Ipv4Addr, TcpListener};

use actix_web::web::Html;
use actix_web::{App, HttpServer, web};
use scalekit_actix::{Scalekit, Session, SessionMiddleware, routes};

use super::Service;
use crate::page;
use crate::site::Failure;

pub(crate) fn start(scalekit: &Scalekit) -> Result<Service, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let scalekit = scalekit.clone();
    let server = HttpServer::new(move || {
        App::new()
            .route("/actix/account", web::get().to(account))
            .configure(routes(&scalekit))
            .wrap(SessionMiddleware::new(&scalekit))
    });
    let server = server.workers(1).disable_signals().listen(listener)?.run();
    let handle = server.handle();
    tokio::spawn(server);
    // The order is given at once; nobody waits for it to be carried out.
    Ok(Service::new(address, move || drop(handle.stop(false))))
}

async fn account(session: Session) -> Html {
    Html::new(page::account("actix-web", "actix", &session))
}
