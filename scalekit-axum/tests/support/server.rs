//! The application behind a real socket.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use reqwest::redirect::Policy;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A running application. Dropping it stops it.
pub(crate) struct Server {
    url: String,
    inside: Arc<watch::Sender<usize>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves on any free port.
    pub(crate) async fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inside = Arc::new(watch::Sender::new(0));
        let counted = Arc::clone(&inside);
        let app = app.layer(from_fn(move |request, next| count(Arc::clone(&counted), request, next)));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, inside, task }
    }

    /// A request of a program that has those cookies.
    pub(crate) fn get(&self, client: &reqwest::Client, path: &str, cookies: &str) -> reqwest::RequestBuilder {
        client.get(format!("{}{path}", self.url)).header("cookie", cookies)
    }

    /// Returns when exactly so many requests are being answered.
    pub(crate) async fn busy_with(&self, requests: usize) {
        soon(self.inside.subscribe().wait_for(|inside| *inside == requests)).await.unwrap();
    }

    /// A client with connections of its own that follows nothing.
    pub(crate) fn client() -> reqwest::Client {
        reqwest::Client::builder().redirect(Policy::none()).build().unwrap()
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

async fn count(inside: Arc<watch::Sender<usize>>, request: Request, next: Next) -> Response {
    struct Visit(Arc<watch::Sender<usize>>);
    impl Drop for Visit {
        fn drop(&mut self) {
            self.0.send_modify(|inside| *inside -= 1);
        }
    }
    inside.send_modify(|inside| *inside += 1);
    let _visit = Visit(inside);
    next.run(request).await
}
