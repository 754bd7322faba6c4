//! HTTP/2, where the host is in the request's URI and cookies may come on a line each.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tower::service_fn;

use crate::support::{ADA, ADA_ID, Answer, World};

/// Asks over HTTP/2 for a path of a host that need not exist.
async fn ask(world: &World, host: &str, path: &str, cookies: &[&str]) -> Answer {
    let address = world.server.address;
    let connect =
        move |_: http::Uri| Box::pin(async move { TcpStream::connect(address).await.map(TokioIo::new) });
    let connector = service_fn(connect);
    let client = Client::builder(TokioExecutor::new()).http2_only(true).build::<_, Empty<Bytes>>(connector);
    let request = Request::builder().uri(format!("http://{host}{path}"));
    let request = cookies.iter().fold(request, |request, pair| request.header("cookie", *pair));
    let response = client.request(request.body(Empty::new()).unwrap()).await.unwrap();
    assert_eq!(response.version(), http::Version::HTTP_2);
    Answer::read(response).await
}

#[tokio::test]
async fn r40_the_authority_of_the_uri_counts_as_host() {
    let world = World::start().await;
    for (host, status) in [("localhost:3000", 401), ("[::1]:3000", 401), ("app.evil.test", 421)] {
        assert_eq!(ask(&world, host, "/me", &[]).await.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_session_works_over_http2() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let cookies = browser.jar.header().unwrap();
    let pairs: Vec<&str> = cookies.split("; ").collect();
    for cookies in [vec![cookies.as_str()], pairs] {
        let answer = ask(&world, "localhost:3000", "/me", &cookies).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID));
        assert!(!answer.set_cookies().is_empty(), "the successor");
        assert!(answer.is_private());
    }
    assert_eq!(world.refreshes(), 1);
}
