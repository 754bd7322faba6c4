//! The application behind real sockets, with several workers.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::ServiceConfig;
use actix_web::{App, Error, HttpServer};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use scalekit_actix::{Scalekit, SessionMiddleware, routes};
use tokio::sync::watch;
use tokio::time::timeout;

use super::application::application;
use super::browser::Answer;
use super::logs::Logs;

pub(crate) const WORKERS: usize = 3;

/// A running application. Dropping it stops it.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    client: Client<HttpConnector, Empty<Bytes>>,
    inside: Arc<watch::Sender<usize>>,
    workers: Arc<Mutex<BTreeSet<String>>>,
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
        let inside = Arc::new(watch::Sender::new(0));
        let workers = Arc::new(Mutex::new(BTreeSet::new()));
        let (counted, named) = (Arc::clone(&inside), Arc::clone(&workers));
        let server = HttpServer::new(move || {
            logs.adopt();
            let (counted, named) = (Arc::clone(&counted), Arc::clone(&named));
            App::new()
                .configure(routes(&scalekit))
                .configure(application)
                .configure(more.clone())
                .wrap(SessionMiddleware::new(&scalekit))
                .wrap(from_fn(move |request, next| {
                    named.lock().unwrap().insert(format!("{:?}", thread::current().id()));
                    count(Arc::clone(&counted), request, next)
                }))
        });
        let server = server.workers(WORKERS).disable_signals().shutdown_timeout(0);
        // However slow the machine: nobody's connection is closed for being idle.
        let server = server.keep_alive(Duration::from_secs(600)).client_request_timeout(Duration::ZERO);
        // A client that hangs up is noticed while its handler waits.
        let server = server.h1_allow_half_closed(false).bind(("127.0.0.1", 0)).unwrap();
        let address = *server.addrs().first().unwrap();
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        let client = Client::builder(TokioExecutor::new()).build_http();
        Arc::new(Self { address, client, inside, workers, handle })
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

    /// Returns when exactly so many requests are being answered.
    pub(crate) async fn busy_with(&self, requests: usize) {
        soon(self.inside.subscribe().wait_for(|inside| *inside == requests)).await.unwrap();
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

async fn count<B: MessageBody>(
    inside: Arc<watch::Sender<usize>>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    struct Visit(Arc<watch::Sender<usize>>);
    impl Drop for Visit {
        fn drop(&mut self) {
            self.0.send_modify(|inside| *inside -= 1);
        }
    }
    inside.send_modify(|inside| *inside += 1);
    let _visit = Visit(inside);
    next.call(request).await
}
