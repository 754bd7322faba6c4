//! Long-running handlers learn when their session ends (R49).

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use scalekit_session::adapter::AuthRoute;
use scalekit_session::{Session, SessionEnd, SessionWatch};

use crate::support::{Browser, FakeScalekit};

#[tokio::test]
async fn r49_a_logout_ends_every_watch_of_the_session_and_no_other() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut ada = Browser::signed_in(&fake, &scalekit).await;
    let mut other = Browser::signed_in(&fake, &scalekit).await;
    let (first, second) = (session(&mut ada).await, session(&mut ada).await);
    let mut watches = [scalekit.watch(&first), scalekit.watch(&second)];
    let mut others = scalekit.watch(&session(&mut other).await);
    assert!(watches.iter_mut().all(is_on));

    let waiting = async { watches[0].ended().await };
    let logout = ada.serve(AuthRoute::Logout, "POST", "/auth/logout");
    assert_eq!(tokio::join!(waiting, logout).0, SessionEnd::Ended, "a watcher that waits is woken");
    assert_eq!(watches[1].ended().await, SessionEnd::Ended);
    assert!(is_on(&mut others));
    assert_eq!(
        scalekit.watch(&first).ended().await,
        SessionEnd::Ended,
        "a watch that begins later ends at once"
    );
}

#[tokio::test]
async fn r49_a_watch_ends_with_the_token_unless_a_request_refreshes_it() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    let mut watch = scalekit.watch(&session(&mut browser).await);
    for _ in 0..3 {
        fake.clock.advance(Duration::from_secs(290));
        assert!(is_on(&mut watch));
        let renewed = session(&mut browser).await;
        assert_eq!(watch.session().expires_at(), renewed.expires_at(), "the watch has the refreshed session");
    }
    fake.clock.advance(Duration::from_secs(299));
    assert!(is_on(&mut watch));
    fake.clock.advance(Duration::from_secs(2));
    assert_eq!(watch.ended().await, SessionEnd::Expired, "no token is used after its end");
    assert_eq!(watch.ended().await, SessionEnd::Expired);
}

async fn session(browser: &mut Browser) -> Session {
    let answer = browser.send("GET", &[]).await;
    browser.deliver(&answer);
    answer.session().clone()
}

fn is_on(watch: &mut SessionWatch) -> bool {
    let ended = pin!(watch.ended());
    ended.poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending
}
