//! The application behind real sockets, with several workers.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use actix_web::dev::{ServerHandle, Service};
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use scalekit_actix::{Scalekit, SessionMiddleware, routes};
use tokio::time::timeout;

use super::application::application;
use super::browser::Answer;
use super::logs::Logs;

pub(crate) const WORKERS: usize = 3;

/// A running application. Dropping it stops it.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    client: Client<HttpConnector, Empty<Bytes>>,
    workers: Arc<Mutex<HashSet<ThreadId>>>,
    handle: ServerHandle,
}

impl Server {
    /// The application, on any free port.
    pub(crate) fn start(scalekit: &Scalekit) -> Arc<Self> {
        Self::with(scalekit, |_| ())
    }

    /// The application with more routes, on any free port.
    pub(crate) fn with(
        scalekit: &Scalekit,
        more: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    ) -> Arc<Self> {
        let (scalekit, logs) = (scalekit.clone(), Logs::of_this_thread());
        let workers = Arc::new(Mutex::new(HashSet::new()));
        let named = Arc::clone(&workers);
        let server = HttpServer::new(move || {
            logs.adopt();
            let named = Arc::clone(&named);
            App::new()
                .configure(routes(&scalekit))
                .configure(application)
                .configure(more.clone())
                .wrap(SessionMiddleware::new(&scalekit))
                .wrap_fn(move |request, service| {
                    named.lock().unwrap().insert(thread::current().id());
                    service.call(request)
                })
        });
        let server = server.workers(WORKERS).disable_signals().shutdown_timeout(0);
        // However slow the machine: nobody's connection is closed for being idle.
        let server = server.keep_alive(Duration::from_secs(600)).client_request_timeout(Duration::ZERO);
        let server = server.bind(("127.0.0.1", 0)).unwrap();
        let address = *server.addrs().first().unwrap();
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        let client = Client::builder(TokioExecutor::new()).build_http();
        Arc::new(Self { address, client, workers, handle })
    }

    /// A request of a program that has those cookies.
    pub(crate) fn get(&self, path: &str, cookies: &str) -> impl Future<Output = Answer> + Send + use<> {
        let request = Request::builder().uri(path).header("cookie", cookies).header("host", "localhost:3000");
        let answer = self.send(request.body(()).unwrap());
        async move { Answer::read(answer.await).await }
    }

    /// Sends a request to a path, as it is, and returns when the head of the response is there.
    pub(crate) fn send<B>(
        &self,
        request: Request<B>,
    ) -> impl Future<Output = Response<impl BodyExt<Data = Bytes, Error: std::fmt::Debug> + use<B>>> + Send + use<B>
    {
        let (mut head, _) = request.into_parts();
        head.uri = format!("http://{}{}", self.address, head.uri).parse().unwrap();
        let response = self.client.request(Request::from_parts(head, Empty::new()));
        async move { response.await.unwrap() }
    }

    /// How many workers have answered anything.
    pub(crate) fn workers(&self) -> usize {
        self.workers.lock().unwrap().len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// Waits for what must happen soon, so that a test that is wrong fails instead of hanging.
pub(crate) async fn soon<F: Future>(event: F) -> F::Output {
    timeout(Duration::from_secs(60), event).await.unwrap()
}
