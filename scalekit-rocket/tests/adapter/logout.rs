//! Logging out always works (R29), only when meant (R35), and for good (R30, R32).

use std::time::Duration;

use crate::support::{ADA, ADA_ID, World, navigation, program, soon};
use scalekit_emulator::Fault;

#[tokio::test]
async fn r29_r34_logout_clears_the_browser_and_goes_to_scalekit() {
    let world = World::start().await;
    for request in [navigation("POST", "/auth/logout"), navigation("GET", "/auth/logout")] {
        let mut browser = world.signed_in(ADA).await;
        let copied = browser.jar.clone();
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 303);
        let location = answer.location();
        assert!(location.starts_with(&format!("{}/oidc/logout?", world.emulator.url())), "{location}");
        assert!(location.contains("id_token_hint=") && location.contains("post_logout_redirect_uri="));
        assert_eq!(browser.jar.names(), [""; 0]);
        assert!(answer.is_private());
        assert_eq!(browser.visit("/maybe").await.body, "anonymous");

        let mut thief = world.browser();
        thief.jar = copied;
        assert_eq!(thief.call("/me").await.status, 401, "r33: a copied cookie is over in this process");
    }
}

#[tokio::test]
async fn r29_logout_works_whatever_the_cookies_are() {
    let world = World::start().await;
    world.on_refresh().inject(Fault::status(503));
    let mut nobody = world.browser();
    let mut expired = world.expired(ADA).await;
    let mut corrupt = world.signed_in(ADA).await;
    let data = corrupt.jar.data_name().unwrap();
    for name in [data.clone(), format!("{data}.1"), format!("{data}.7"), format!("{data}-live")] {
        corrupt.jar.set(&name, "rubbish");
    }
    corrupt.visit("/auth/login").await;
    corrupt.jar.set("theme", "dark");
    for (name, browser, left) in [
        ("nobody", &mut nobody, vec![]),
        ("expired", &mut expired, vec![]),
        ("corrupt", &mut corrupt, vec!["theme"]),
    ] {
        let answer = browser.send(navigation("POST", "/auth/logout")).await;
        assert_eq!(answer.status, 303, "{name}");
        assert_eq!(browser.jar.names(), left, "{name}");
    }
    assert_eq!(world.refreshes(), 0, "nothing is refreshed to be thrown away");
}

#[tokio::test]
async fn r35_logout_happens_only_when_the_user_meant_it() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    let get = |site: &str| {
        http::Request::builder()
            .uri("/auth/logout")
            .header("accept", "text/html")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-site", site.to_owned())
    };
    for site in ["cross-site", "same-site"] {
        let answer = browser.send(get(site)).await;
        assert_eq!((answer.status, answer.set_cookies().len()), (200, 0), "{site}");
        assert!(answer.body.contains("method=\"post\""), "{site}: a page that asks");
    }
    let image = http::Request::builder().uri("/auth/logout").header("sec-fetch-mode", "no-cors");
    assert_eq!(browser.send(image).await.status, 200);
    let ahead = browser.send(get("same-origin").header("sec-purpose", "prefetch")).await;
    assert_eq!((ahead.status, ahead.set_cookies().len()), (204, 0));
    assert_eq!(browser.send(navigation("HEAD", "/auth/logout")).await.status, 204);
    let forged =
        http::Request::builder().method("POST").uri("/auth/logout").header("origin", "https://evil.test");
    let answer = browser.send(forged).await;
    assert_eq!((answer.status, answer.set_cookies().len()), (403, 0));
    assert_eq!(browser.visit("/me").await.body, ADA_ID, "still there");

    assert_eq!(browser.send(get("none")).await.status, 303, "typed by the user");
    assert_eq!(browser.jar.names(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r30_r32_an_answer_that_comes_after_logout_revives_nothing() {
    let world = World::start().await;
    for hold_response in [false, true] {
        let mut browser = world.expired(ADA).await;
        let on_refresh = world.on_refresh();
        let gate = if hold_response { on_refresh.hold_response() } else { on_refresh.hold() };
        let late = browser.clone();
        let late = tokio::spawn(async move { late.look(program("GET", "/me")).await });
        soon(gate.arrived(1)).await;
        assert_eq!(browser.send(navigation("POST", "/auth/logout")).await.status, 303);
        gate.release();
        let late = late.await.unwrap();
        browser.keep(&late);
        assert_eq!((late.status, late.set_cookies().len()), (401, 0), "its session has ended");
        assert_eq!(browser.jar.names(), [""; 0]);
        assert_eq!(browser.visit("/maybe").await.body, "anonymous");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r31_an_answer_that_comes_after_the_next_login_changes_nothing() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    let gate = world.on_refresh().hold();
    let late = browser.clone();
    let late = tokio::spawn(async move { late.look(program("GET", "/me")).await });
    soon(gate.arrived(1)).await;
    assert_eq!(browser.send(navigation("POST", "/auth/logout")).await.status, 303);
    browser.log_in(&world.emulator, ADA, "/me").await;
    let before = browser.jar.header();
    gate.release();
    browser.keep(&late.await.unwrap());
    assert_eq!(browser.jar.header(), before);
    assert_eq!(browser.visit("/me").await.body, ADA_ID);
}

#[tokio::test]
async fn a_logout_after_an_idle_month_finds_nothing_to_do_and_does_it() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    world.pass(Duration::from_secs(40 * 24 * 3600));
    assert_eq!(browser.visit("/auth/logout").await.status, 303);
    assert_eq!(browser.jar.names(), [""; 0]);
}
