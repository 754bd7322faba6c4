//! The story of the event streams: they go on while the session does.

use std::time::Duration;

use scalekit_emulator::Emulator;

use crate::support::{ADA, Browser, Program};

pub(crate) async fn a_stream_stops_when_its_session_is_signed_out(program: &str) {
    let emulator = Emulator::start().await.unwrap();
    let program = Program::start(program, &emulator);
    let mut ada = Browser::of(&program);
    assert_eq!(ada.sign_in(&emulator, "/auth/login?return_to=/page", ADA).await, "/page");
    assert!(ada.open("/page").await.body.contains("EventSource"));

    let mut stream = Browser::of(&program);
    stream.jar.clone_from(&ada.jar);
    let stream = tokio::spawn(async move { stream.fetch("/events").await });
    let begun = async {
        while !ada.open("/").await.body.contains("1 listening") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), begun).await.unwrap();
    ada.submit("/auth/logout").await;

    let events = tokio::time::timeout(Duration::from_secs(20), stream).await.unwrap().unwrap();
    assert_eq!(events.status, 200);
    assert!(events.body.contains("data: usr_100000000000000001 is signed in"), "{}", events.body);
    assert!(events.body.contains("event: over\ndata: Ended"), "{}", events.body);
    assert!(ada.open("/").await.body.contains("0 listening"));
}

pub(crate) async fn a_stream_without_a_session_gets_401(program: &str) {
    let emulator = Emulator::start().await.unwrap();
    let program = Program::start(program, &emulator);
    let answer = Browser::of(&program).fetch("/events").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.code(), "login_required");
}
