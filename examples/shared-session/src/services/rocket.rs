//! The service in Rocket.

use std::net::Ipv4Addr;

use rocket::config::{LogLevel, Shutdown};
use rocket::fairing::AdHoc;
use rocket::response::content::RawHtml;
use rocket::{Config, get, routes};
use scalekit_rocket::{Scalekit, Session, SessionFairing};
use tokio::sync::oneshot;

use super::Service;
use crate::page;
use crate::site::Failure;

pub(crate) async fn start(scalekit: &Scalekit) -> Result<Service, Failure> {
    // Signals are `main`'s.
    let shutdown = Shutdown {
        ctrlc: false,
        #[cfg(unix)]
        signals: [].into(),
        ..Shutdown::default()
    };
    let address = Ipv4Addr::LOCALHOST;
    let config =
        Config { address: address.into(), port: 0, log_level: LogLevel::Off, shutdown, ..Config::default() };
    let (tell, port) = oneshot::channel();
    let app = rocket::custom(config)
        .mount("/", routes![account])
        .attach(SessionFairing::new(scalekit))
        .attach(AdHoc::on_liftoff("port", |rocket| {
            let port = rocket.config().port;
            Box::pin(async move {
                let _nobody_waits_any_more = tell.send(port);
            })
        }));
    let app = app.ignite().await.map_err(|error| error.kind().to_string())?;
    let stop = app.shutdown();
    let server = tokio::spawn(async {
        // Rocket's own error panics when it is dropped before anybody looked.
        app.launch().await.map(drop).map_err(|error| error.kind().to_string())
    });
    let Ok(port) = port.await else {
        server.await??;
        return Err("Rocket ended before it listened".into());
    };
    Ok(Service::new((address, port).into(), move || stop.clone().notify()))
}

#[get("/rocket/account")]
#[expect(clippy::needless_pass_by_value, reason = "Rocket hands guards over by value")]
fn account(session: Session) -> RawHtml<String> {
    RawHtml(page::account("Rocket", "rocket", &session))
}
