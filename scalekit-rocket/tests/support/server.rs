//! The application behind a real socket.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Build, Config, Orbit, Rocket, Shutdown};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::browser::Answer;

/// An application that listens on any free port, and has nothing yet.
pub(crate) fn unattached() -> Rocket<Build> {
    let shutdown = rocket::config::Shutdown { ctrlc: false, signals: [].into(), ..Default::default() };
    rocket::custom(Config {
        address: Ipv4Addr::LOCALHOST.into(),
        port: 0,
        log_level: rocket::config::LogLevel::Off,
        shutdown,
        ..Config::default()
    })
}

/// A running application. Dropping it stops it.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: Shutdown,
    client: Client<HttpConnector, Full<Bytes>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves on any free port.
    pub(crate) async fn start(app: Rocket<Build>) -> Arc<Self> {
        let (tell, started) = oneshot::channel();
        let app = app.attach(Liftoff(Some(tell).into()));
        let task = tokio::spawn(async move {
            if let Err(error) = app.launch().await {
                eprintln!("it does not launch, or did not stop: {}", error.kind());
            }
        });
        let (port, shutdown) = soon(started).await.unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        Arc::new(Self { address: (Ipv4Addr::LOCALHOST, port).into(), shutdown, client, task })
    }

    /// A request of a program that has those cookies.
    pub(crate) fn get(&self, path: &str, cookies: &str) -> impl Future<Output = Answer> + Send + use<> {
        let request = Request::builder().uri(path).header("cookie", cookies).header("host", "localhost:3000");
        let answer = self.send(request.body(String::new()).unwrap());
        async move { Answer::read(answer.await).await }
    }

    /// Sends a request to a path, as it is, and returns when the head of the response is there.
    pub(crate) fn send(
        &self,
        request: Request<String>,
    ) -> impl Future<Output = Response<impl BodyExt<Data = Bytes, Error: std::fmt::Debug> + use<>>> + Send + use<>
    {
        let (mut head, body) = request.into_parts();
        head.uri = format!("http://{}{}", self.address, head.uri).parse().unwrap();
        let response = self.client.request(Request::from_parts(head, Full::from(body)));
        async move { response.await.unwrap() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits for what must happen soon, so that a test that is wrong fails instead of hanging.
pub(crate) async fn soon<F: Future>(event: F) -> F::Output {
    timeout(Duration::from_secs(20), event).await.unwrap()
}

/// Tells where the application listens.
struct Liftoff(std::sync::Mutex<Option<oneshot::Sender<(u16, Shutdown)>>>);

#[rocket::async_trait]
impl Fairing for Liftoff {
    fn info(&self) -> Info {
        Info { name: "liftoff", kind: Kind::Liftoff }
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        let tell = self.0.lock().unwrap().take().unwrap();
        tell.send((rocket.config().port, rocket.shutdown())).unwrap();
    }
}
