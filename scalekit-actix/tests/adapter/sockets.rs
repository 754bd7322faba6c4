//! Responses that are not over when their head is sent: sockets. (Streams: the conformance suite.)

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{ADA, ADA_ID, World, soon};

/// Shakes hands, and returns the head of the response and the first `length` bytes that follow it.
async fn shake_hands(world: &World, cookies: &str, origin: &str, length: usize) -> (String, String) {
    let mut stream = TcpStream::connect(world.server.address).await.unwrap();
    let request = format!(
        "GET /socket HTTP/1.1\r\nhost: localhost:3000\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         origin: {origin}\r\ncookie: {cookies}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, rest)) = text.split_once("\r\n\r\n").filter(|(_, rest)| rest.len() >= length) {
            return (head.to_ascii_lowercase(), rest.to_owned());
        }
        let count = soon(stream.read_buf(&mut read)).await.unwrap();
        assert_ne!(count, 0, "closed after {text}");
    }
}

#[tokio::test]
async fn r26_the_cookies_of_a_socket_are_in_the_head_that_opens_it() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let hello = format!("hello {ADA_ID}");
    let (head, body) =
        shake_hands(&world, &browser.jar.header().unwrap(), "http://localhost:3000", hello.len()).await;
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    assert!(head.contains("\r\nset-cookie: scalekit-"), "{head}");
    assert!(head.contains("\r\ncache-control: private, no-store"), "{head}");
    assert_eq!(body, hello);
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn r51_a_socket_of_another_site_is_refused_before_it_opens() {
    let world = World::start().await;
    let browser = world.signed_in(ADA).await;
    let (head, _) = shake_hands(&world, &browser.jar.header().unwrap(), "https://evil.test", 1).await;
    assert!(head.starts_with("http/1.1 403 "), "{head}");
}
