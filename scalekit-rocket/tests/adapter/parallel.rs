//! Many requests at once, over real sockets.

use std::time::Duration;

use crate::support::{ADA, ADA_ID, Server, World, application, soon};
use scalekit_emulator::{Endpoint, Fault};
use tokio::task::JoinSet;

const MANY: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r01_r06_a_hundred_requests_with_one_expired_session_refresh_once() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let server = &world.server;
    world.on_refresh().inject(Fault::Delay(Duration::from_millis(200)));

    let cookies = browser.jar.header().unwrap();
    let mut requests = JoinSet::new();
    for number in 0..MANY {
        let path = ["/me", "/guarded", "/admin", "/invoices", "/nested/inner/me"][number % 5];
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r07_a_refresh_goes_on_when_everybody_hangs_up() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let server = &world.server;
    let gate = world.on_refresh().hold();

    let cookies = browser.jar.header().unwrap();
    let mut requests = JoinSet::new();
    for number in 0..MANY {
        let path = ["/me", "/admin"][number % 2];
        requests.spawn(server.get(path, &cookies));
    }
    soon(gate.arrived(1)).await;
    server.busy_with(MANY).await;
    requests.shutdown().await;
    assert_eq!(gate.waiting(), 1, "the call outlives all who wanted it");
    gate.release();
    server.busy_with(0).await;

    let answer = server.get("/me", &cookies).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID));
    assert!(!answer.set_cookies().is_empty());
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r44_a_cold_start_fetches_the_keys_once() {
    let world = World::start().await;
    let browser = world.signed_in(ADA).await;
    let server = Server::start(application(&world.restarted())).await;
    let gate = world.emulator.faults().hold(Endpoint::Keys);

    let cookies = browser.jar.header().unwrap();
    let mut requests = JoinSet::new();
    for _ in 0..MANY {
        requests.spawn(server.get("/me", &cookies));
    }
    soon(gate.arrived(1)).await;
    server.busy_with(MANY).await;
    gate.release();
    while let Some(answer) = requests.join_next().await {
        assert_eq!(answer.unwrap().status, 200);
    }
    assert_eq!(world.emulator.calls().keys, 1);
    assert_eq!(world.emulator.calls().token(), 0);
}
