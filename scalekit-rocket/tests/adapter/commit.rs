//! The commit point: what became of the session while the handler worked decides what its response writes.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use std::sync::Arc;
use std::time::Duration;

use rocket::{State, get, routes};
use scalekit_rocket::Session;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::support::{ADA, ADA_ID, Answer, Browser, Server, World, navigation, program, soon};

/// A handler that has its session and lets its response wait.
#[derive(Clone)]
struct Slow {
    started: Arc<Semaphore>,
    finish: Arc<Semaphore>,
}

#[get("/slow")]
async fn slow(session: Session, slow: &State<Slow>) -> String {
    slow.started.add_permits(1);
    slow.finish.acquire().await.unwrap().forget();
    session.user_id().to_owned()
}

impl Slow {
    fn new() -> Self {
        Self { started: Arc::new(Semaphore::new(0)), finish: Arc::new(Semaphore::new(0)) }
    }

    async fn application(&self, world: &World) -> Arc<Server> {
        Server::start(world.application().manage(self.clone()).mount("/", routes![slow])).await
    }

    /// Sends the request and returns when its handler has the session.
    async fn begin(&self, browser: &Browser) -> JoinHandle<Answer> {
        let browser = browser.clone();
        let answer = tokio::spawn(async move { browser.look(program("GET", "/slow")).await });
        soon(self.started.acquire()).await.unwrap().forget();
        answer
    }

    async fn end(&self, answer: JoinHandle<Answer>) -> Answer {
        self.finish.add_permits(1);
        answer.await.unwrap()
    }
}

#[tokio::test]
async fn r30_a_slow_handler_does_not_bring_a_session_back_after_logout() {
    let world = World::start().await;
    let slow = Slow::new();
    let mut browser = world.expired(ADA).await;
    browser.app = slow.application(&world).await;
    let late = slow.begin(&browser).await;
    assert_eq!(world.refreshes(), 1, "it refreshed, and will not be allowed to write");
    assert_eq!(browser.send(navigation("POST", "/auth/logout")).await.status, 303);

    let late = slow.end(late).await;
    assert_eq!((late.status, late.body.as_str()), (200, ADA_ID), "it was asked before the logout");
    assert_eq!(late.set_cookies(), [""; 0]);
    assert!(late.is_private());
    browser.keep(&late);
    assert_eq!(browser.visit("/maybe").await.body, "anonymous");
}

#[tokio::test]
async fn r31_a_slow_handler_does_not_overwrite_the_next_login() {
    let world = World::start().await;
    let slow = Slow::new();
    let mut browser = world.expired(ADA).await;
    browser.app = slow.application(&world).await;
    let late = slow.begin(&browser).await;
    browser.send(navigation("POST", "/auth/logout")).await;
    browser.log_in(&world.emulator, ADA, "/me").await;
    let before = browser.jar.header();
    browser.keep(&slow.end(late).await);
    assert_eq!(browser.jar.header(), before);
    assert_eq!(browser.visit("/me").await.body, ADA_ID);
}

#[tokio::test]
async fn r54_a_slow_handler_never_writes_an_older_generation() {
    let world = World::start().await;
    let slow = Slow::new();
    let mut browser = world.expired(ADA).await;
    browser.app = slow.application(&world).await;
    let late = slow.begin(&browser).await;
    for generation in 2..=4 {
        assert_eq!(browser.visit("/me").await.body, ADA_ID, "generation {generation}");
        world.pass(Duration::from_secs(301));
        assert_eq!(browser.visit("/me").await.body, ADA_ID, "generation {generation}");
    }
    let newest = browser.jar.header();
    let late = slow.end(late).await;
    assert_eq!((late.status, late.set_cookies().len()), (200, 0), "its cookies are three generations old");
    browser.keep(&late);
    assert_eq!(browser.jar.header(), newest);
    world.pass(Duration::from_secs(3600));
    assert_eq!(browser.visit("/me").await.body, ADA_ID);
    assert_eq!(world.refreshes(), 5);
}

#[tokio::test]
async fn a_handler_that_was_slow_for_its_whole_token_still_hands_the_successor_out() {
    let world = World::start().await;
    let slow = Slow::new();
    let mut browser = world.expired(ADA).await;
    browser.app = slow.application(&world).await;
    let late = slow.begin(&browser).await;
    world.pass(Duration::from_secs(3600));
    let late = slow.end(late).await;
    assert!(!late.set_cookies().is_empty());
    browser.keep(&late);
    assert_eq!(browser.visit("/me").await.body, ADA_ID);
    assert_eq!(world.refreshes(), 2);
}
