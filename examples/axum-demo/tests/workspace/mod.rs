//! The demo and an emulator in this process, for one test.

use axum_demo::{app, connect};
use scalekit_axum::ScalekitBuilder;
use scalekit_emulator::Emulator;
use tokio::net::TcpListener;
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
        adjust: impl FnOnce(ScalekitBuilder) -> ScalekitBuilder,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let app = app(&adjust(connect(&emulator, &origin)).build().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { emulator, origin, server }
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
