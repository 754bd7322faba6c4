//! The demo and an emulator in this process, for one test.

use std::net::{Ipv4Addr, TcpListener};

use rocket::config::{LogLevel, Shutdown};
use rocket::fairing::AdHoc;
use rocket::{Build, Config, Rocket};
use rocket_demo::{app, connect};
use scalekit_emulator::Emulator;
use scalekit_rocket::ScalekitBuilder;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Stops when dropped.
pub(crate) struct Workspace {
    pub(crate) emulator: Emulator,
    origin: String,
    server: JoinHandle<()>,
}

impl Workspace {
    /// The application is at `127.0.0.1` and the login page at `localhost`: to a browser these are two sites.
    pub(crate) async fn start(
        emulator: Emulator,
        adjust: impl Fn(ScalekitBuilder) -> ScalekitBuilder,
    ) -> Self {
        // Rocket takes a port by number, and the redirect URI needs it before: another may be faster.
        loop {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
            let origin = format!("http://127.0.0.1:{port}");
            let app = app(&adjust(connect(&emulator, &origin)).build().unwrap());
            if let Some(server) = launch(app, port).await {
                return Self { emulator, origin, server };
            }
        }
    }

    /// The whole address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn launch(app: Rocket<Build>, port: u16) -> Option<JoinHandle<()>> {
    let shutdown = Shutdown { ctrlc: false, signals: [].into(), ..Shutdown::default() };
    let address = Ipv4Addr::LOCALHOST.into();
    let (tell, started) = oneshot::channel();
    let app = app
        .configure(Config { address, port, log_level: LogLevel::Off, shutdown, ..Config::default() })
        .attach(AdHoc::on_liftoff("tell", |_| Box::pin(async move { tell.send(()).unwrap() })));
    let server = tokio::spawn(async move {
        if let Err(error) = app.launch().await {
            eprintln!("{}", error.kind());
        }
    });
    started.await.ok().map(|()| server)
}
