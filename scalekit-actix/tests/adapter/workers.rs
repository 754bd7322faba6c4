//! Several workers, and what actix-web shares and reuses among them.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{ADA, ADA_ID, Server, WORKERS, World, soon};
use scalekit_emulator::Fault;
use tokio::task::JoinSet;

const MANY: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r01_r06_a_hundred_requests_to_several_workers_refresh_one_session_once() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let server = Server::start(&world.scalekit);
    world.on_refresh().inject(Fault::Delay(Duration::from_millis(200)));

    let cookies = browser.jar.header().unwrap();
    let mut requests = JoinSet::new();
    for number in 0..MANY {
        let path = ["/me", "/guarded", "/admin", "/invoices", "/nested/inner/me", "/staff/me"][number % 6];
        let answer = server.get(path, &cookies);
        requests.spawn(async move { (path, answer.await) });
    }
    let mut answers = 0;
    while let Some(answer) = requests.join_next().await {
        let (path, answer) = answer.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID), "r06: {path}");
        assert!(!answer.set_cookies().is_empty(), "r02: {path} hands the successor out");
        answers += 1;
    }
    assert_eq!((answers, world.refreshes()), (MANY, 1));
    assert_eq!(server.workers(), WORKERS, "every worker had its part");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r07_a_refresh_goes_on_when_the_server_that_began_it_stops() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let server = Server::start(&world.scalekit);
    let gate = world.on_refresh().hold();
    let cookies = browser.jar.header().unwrap();
    let abandoned = tokio::spawn(server.get("/me", &cookies));
    soon(gate.arrived(1)).await;
    abandoned.abort();
    drop(server);
    gate.release();

    let answer = world.server.get("/me", &cookies).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID), "no worker carries the call");
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn a_worker_leaves_nothing_of_one_request_to_the_next() {
    let world = World::start().await;
    let server = Arc::clone(&world.server);
    let ada = world.signed_in(ADA).await.jar.header().unwrap();
    for _ in 0..50 {
        assert_eq!(server.get("/maybe", &ada).await.body, format!("active {ADA_ID}"));
        assert_eq!(server.get("/maybe", "theme=dark").await.body, "anonymous", "actix-web reuses requests");
    }
}

#[tokio::test]
async fn r01_extractors_that_ask_side_by_side_share_one_refresh() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    let answer = browser.visit("/thrice").await;
    assert_eq!((answer.status, answer.body.as_str(), world.refreshes()), (200, ADA_ID, 1));
    assert_eq!(browser.visit("/me").await.set_cookies(), [""; 0], "what it handed out is the newest");
}
