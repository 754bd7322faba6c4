//! Which `Set-Cookie` lines leave, and when.

use std::time::Duration;

use http_body_util::BodyExt;

use crate::support::{ADA, ADA_ID, World, navigation};

#[tokio::test]
async fn r25_the_handlers_own_cookies_stay_lines_of_their_own() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    let answer = browser.visit("/own-cookies").await;
    let lines = answer.set_cookies();
    assert_eq!(lines[..2], ["theme=dark; Path=/", "language=en, or so; Path=/"], "untouched, in order");
    assert!(lines.len() > 2, "ours follow");
    for line in &lines[2..] {
        assert_eq!(line.matches("Path=/").count(), 1, "one cookie a line");
        assert!(line.starts_with("scalekit-"), "ours");
    }
    assert_eq!(browser.visit("/me").await.body, ADA_ID);
    assert_eq!(browser.jar.value("theme"), Some("dark"));
    assert_eq!(
        browser.visit("/own-cookies").await.set_cookies().len(),
        2,
        "nothing of ours without a change"
    );
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn r24_an_error_of_the_handler_still_hands_the_successor_out() {
    let world = World::start().await;
    for path in ["/boom", "/status/404", "/status/422", "/status/304", "/moved"] {
        let mut browser = world.expired(ADA).await;
        let answer = browser.visit(path).await;
        assert!(!answer.set_cookies().is_empty(), "{path}: {}", answer.status);
        // A minute later nobody keeps the successor any more: what counts is what arrived.
        world.pass(Duration::from_secs(61));
        assert_eq!(browser.visit("/me").await.body, ADA_ID, "{path}");
        assert_eq!(world.refreshes(), 1, "{path}: the browser has the new cookies");
    }
}

#[tokio::test]
async fn r02_an_answer_that_got_lost_costs_nothing() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    let lost = browser.look(navigation("GET", "/me")).await;
    assert_eq!((lost.status, lost.body.as_str()), (200, ADA_ID));
    let late = browser.visit("/me").await;
    assert_eq!((late.status, late.body.as_str()), (200, ADA_ID));
    assert!(!late.set_cookies().is_empty(), "the successor comes once more");
    assert_eq!(browser.visit("/me").await.set_cookies(), [""; 0]);
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn what_a_handler_writes_under_our_names_wins() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    let data = browser.jar.data_name().unwrap();
    let removal = format!("{data}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    let answer = browser.send(navigation("GET", "/echo-cookie").header("x-set", &removal)).await;
    assert_eq!(answer.set_cookies(), [removal.as_str()]);
    assert_eq!(browser.visit("/maybe").await.body, "anonymous");
}

#[tokio::test]
async fn r26_the_cookies_of_a_stream_are_in_its_head() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let response = world.server.send(browser.request(navigation("GET", "/stream"))).await;
    assert_eq!(response.status(), 200);
    let lines = response.headers().get_all("set-cookie").iter().count();
    assert!(lines >= 1, "the body has not ended, and never will");
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, format!("data: hello {ADA_ID}\n\n"));
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn r37_cookies_that_cannot_be_read_are_nobody_and_stay() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    let data = browser.jar.data_name().unwrap();
    let sealed = browser.jar.value(&data).unwrap().to_owned();
    let torn = &sealed[..sealed.len() - 8];
    for value in [torn, "AgAAAA", "x", "%00", "\"quoted\""] {
        browser.jar.set(&data, value);
        let answer = browser.visit("/maybe").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "anonymous"), "{value}");
        assert_eq!(answer.set_cookies(), [""; 0], "{value}");
    }
    assert_eq!(browser.log_in(&world.emulator, ADA, "/me").await, "/me", "login works over the rubble");
    assert_eq!(browser.visit("/me").await.body, ADA_ID);
}
