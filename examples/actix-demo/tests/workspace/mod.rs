//! The demo and an emulator in this process, for one test.

use std::net::TcpListener;
use std::time::Duration;

use actix_demo::{app, connect};
use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use scalekit_actix::ScalekitBuilder;
use scalekit_emulator::Emulator;

/// Stops when dropped.
pub(crate) struct Workspace {
    pub(crate) emulator: Emulator,
    origin: String,
    server: ServerHandle,
}

impl Workspace {
    /// The application is at `127.0.0.1` and the login page at `localhost`: to a browser these are two sites.
    pub(crate) async fn start(
        emulator: Emulator,
        adjust: impl FnOnce(ScalekitBuilder) -> ScalekitBuilder,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let scalekit = adjust(connect(&emulator, &origin)).build().unwrap();
        let server = HttpServer::new(move || app(&scalekit)).workers(2).disable_signals();
        // However slow the machine: nobody's connection is closed for being idle.
        let server = server.keep_alive(Duration::from_secs(600)).client_request_timeout(Duration::ZERO);
        let server = server.listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { emulator, origin, server: handle }
    }

    /// The whole address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}
