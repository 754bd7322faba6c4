//! Many requests at once, over real sockets.

use std::time::Duration;

use crate::support::{ADA, ADA_ID, Server, World, soon};
use scalekit_emulator::{Endpoint, Fault};
use tokio::task::JoinSet;

const MANY: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r01_r06_a_hundred_requests_with_one_expired_session_refresh_once() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let server = Server::start(world.application()).await;
    world.on_refresh().inject(Fault::Delay(Duration::from_millis(200)));

    let (client, cookies) = (Server::client(), browser.jar.header().unwrap());
    let mut requests = JoinSet::new();
    for number in 0..MANY {
        let path = ["/me", "/guarded", "/admin", "/invoices", "/nested/inner/me"][number % 5];
        let request = server.get(&client, path, &cookies).header("accept", "text/html");
        requests.spawn(async move {
            let response = request.send().await.unwrap();
            let status = response.status();
            let cookies = response.headers().get_all("set-cookie").iter().count();
            (path, status, cookies, response.text().await.unwrap())
        });
    }
    let mut answers = 0;
    while let Some(answer) = requests.join_next().await {
        let (path, status, cookies, body) = answer.unwrap();
        assert_eq!((status.as_u16(), body.as_str()), (200, ADA_ID), "r06: {path}");
        assert!(cookies >= 1, "r02: {path} hands the successor out");
        answers += 1;
    }
    assert_eq!((answers, world.refreshes()), (MANY, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r07_a_refresh_goes_on_when_everybody_hangs_up() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let server = Server::start(world.application()).await;
    let gate = world.on_refresh().hold();

    let (client, cookies) = (Server::client(), browser.jar.header().unwrap());
    let mut requests = JoinSet::new();
    for number in 0..MANY {
        let path = ["/me", "/admin"][number % 2];
        requests.spawn(server.get(&client, path, &cookies).send());
    }
    soon(gate.arrived(1)).await;
    server.busy_with(MANY).await;
    requests.shutdown().await;
    server.busy_with(0).await;
    assert_eq!(gate.waiting(), 1, "the call outlives all who wanted it");
    gate.release();

    let answer = server.get(&client, "/me", &cookies).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().contains_key("set-cookie"));
    assert_eq!(answer.text().await.unwrap(), ADA_ID);
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r44_a_cold_start_fetches_the_keys_once() {
    let world = World::start().await;
    let browser = world.signed_in(ADA).await;
    let server = Server::start(crate::support::application(&world.restarted())).await;
    let gate = world.emulator.faults().hold(Endpoint::Keys);

    let (client, cookies) = (Server::client(), browser.jar.header().unwrap());
    let mut requests = JoinSet::new();
    for _ in 0..MANY {
        requests.spawn(server.get(&client, "/me", &cookies).send());
    }
    soon(gate.arrived(1)).await;
    server.busy_with(MANY).await;
    gate.release();
    while let Some(answer) = requests.join_next().await {
        assert_eq!(answer.unwrap().unwrap().status(), 200);
    }
    assert_eq!(world.emulator.calls().keys, 1);
    assert_eq!(world.emulator.calls().token(), 0);
}
