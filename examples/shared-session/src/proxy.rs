//! [`Proxy`]: several servers behind one origin.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, TRANSFER_ENCODING, UPGRADE};
use axum::http::uri::{Parts, Scheme};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Chooses a server by the first segment of the path, and passes everything else on as it came: `Host`, `Cookie`,
/// `Set-Cookie` and `Location` most of all.
#[derive(Clone, Debug)]
pub struct Proxy {
    servers: Vec<(&'static str, SocketAddr)>,
    client: Client<HttpConnector, Body>,
}

impl Proxy {
    /// Passes `/prefix/…` on to the server of that prefix.
    #[must_use]
    pub fn new(servers: Vec<(&'static str, SocketAddr)>) -> Self {
        Self { servers, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// The routes of the origin; at its root it shows `front`.
    pub fn into_router(self, front: String) -> Router {
        Router::new().route("/", get(async || Html(front))).fallback(forward).with_state(Arc::new(self))
    }

    fn server_of(&self, path: &str) -> Option<SocketAddr> {
        let prefix = path.split('/').nth(1)?;
        self.servers.iter().find_map(|(own, address)| (*own == prefix).then_some(*address))
    }
}

async fn forward(State(proxy): State<Arc<Proxy>>, mut request: Request) -> Response {
    let Some(server) = proxy.server_of(request.uri().path()) else {
        return (StatusCode::NOT_FOUND, "no service has this path").into_response();
    };
    let Some(uri) = at(request.uri(), server) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    keep_end_to_end(request.headers_mut());
    match proxy.client.request(request).await {
        Ok(mut response) => {
            keep_end_to_end(response.headers_mut());
            response.map(Body::new)
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// The same path and query at a server.
fn at(uri: &Uri, server: SocketAddr) -> Option<Uri> {
    let mut parts = Parts::default();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = server.to_string().parse().ok();
    parts.path_and_query = uri.path_and_query().cloned();
    Uri::from_parts(parts).ok()
}

/// Drops what is about one connection only (RFC 9110, 7.6.1).
fn keep_end_to_end(headers: &mut HeaderMap) {
    let named: Vec<_> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_owned())
        .collect();
    for name in named {
        headers.remove(name.as_str());
    }
    for name in [CONNECTION, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
}
