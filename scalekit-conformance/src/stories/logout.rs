//! Logging out always works (R29), only when meant (R35), and goes on at Scalekit (R34).

use std::time::Duration;

use scalekit_emulator::Fault;

use crate::browser::{Initiator, bare, fetch, form, page};
use crate::soon::soon;
use crate::world::{ADA, ADA_ID, BOB, Stage};

pub async fn r29_r34_logout_clears_the_browser_and_goes_on_at_scalekit(stage: Stage) {
    let world = stage.world().await;
    for request in [form("/auth/logout"), page("/auth/logout"), page("/auth/logout").from(Initiator::User)] {
        let browser = world.signed_in(ADA).await;
        let copied = browser.copy();
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 303);
        let location = answer.location();
        assert!(location.starts_with(&format!("{}/oidc/logout?", world.emulator.url())), "{location}");
        assert!(location.contains("id_token_hint=") && location.contains("post_logout_redirect_uri="));
        answer.assert_private();
        assert_eq!(browser.names(), [""; 0]);
        assert_eq!(browser.visit("/maybe").await.body, "anonymous");
        assert_eq!(copied.call("/me").await.status, 401, "a copied cookie is over in this process");
    }
}

pub async fn r29_logout_works_whatever_the_cookies_are(stage: Stage) {
    let world = stage.world().await;
    world.on_refresh().inject(Fault::status(503));
    let corrupt = world.signed_in(ADA).await;
    let name = corrupt.session_name().unwrap();
    for own in [name.clone(), format!("{name}.1"), format!("{name}.7"), corrupt.marker_name().unwrap()] {
        corrupt.take(&format!("{own}=rubbish; Path=/; Secure")).unwrap();
    }
    corrupt.visit("/auth/login").await;
    corrupt.take("theme=dark; Path=/").unwrap();
    let cases = [
        ("nobody", world.browser(), vec![]),
        ("expired", world.expired(ADA).await, vec![]),
        ("corrupt", corrupt, vec!["theme"]),
    ];
    for (case, browser, left) in cases {
        assert_eq!(browser.send(form("/auth/logout")).await.status, 303, "{case}");
        assert_eq!(browser.names(), left, "{case}");
    }
    assert_eq!(world.refreshes(), 0, "nothing is refreshed to be thrown away");
}

pub async fn r35_logout_happens_only_when_the_user_meant_it(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    for initiator in [Initiator::OtherSite, Initiator::Sibling] {
        let answer = browser.send(page("/auth/logout").from(initiator)).await;
        assert_eq!((answer.status, answer.cookies()), (200, 0), "{initiator:?}");
        assert!(answer.body.contains("method=\"post\""), "{initiator:?}: a page that asks");
        let forged = browser.send(form("/auth/logout").from(initiator)).await;
        assert_eq!((forged.status, forged.cookies()), (403, 0), "{initiator:?}");
        let old = browser.send(form("/auth/logout").from(initiator).of_an_old_browser()).await;
        assert_eq!((old.status, old.cookies()), (403, 0), "{initiator:?}, by its Origin");
    }
    let image =
        bare("/auth/logout").header("sec-fetch-mode", "no-cors").header("sec-fetch-site", "cross-site");
    assert_eq!(browser.send(image).await.cookies(), 0);
    for request in
        [page("/auth/logout").header("sec-purpose", "prefetch"), page("/auth/logout").method("HEAD")]
    {
        let answer = browser.send(request).await;
        assert_eq!((answer.status, answer.cookies()), (204, 0));
    }
    assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID), "still there");
    assert_eq!(browser.send(fetch("/auth/logout").method("POST")).await.status, 303);
    assert_eq!(browser.names(), [""; 0]);
}

pub async fn r29_a_logout_after_an_idle_month_works(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    world.pass(40 * 24 * 3600);
    assert_eq!(browser.send(form("/auth/logout")).await.status, 303);
    assert_eq!(browser.names(), [""; 0]);
}

pub async fn r49_a_stream_ends_with_its_session(stage: Stage) {
    let world = stage.world().await;
    let (browser, other) = (world.signed_in(ADA).await, world.signed_in(BOB).await);
    let (_, _, mut streams) = browser.begin_stream("/stream").await;
    let (_, _, mut others) = other.begin_stream("/stream").await;
    assert_eq!(browser.send(form("/auth/logout")).await.status, 303);
    assert_eq!(soon(streams.chunk()).await.unwrap(), None, "the stream ends");
    let silent = tokio::time::timeout(Duration::from_millis(20), others.chunk()).await;
    assert!(silent.is_err(), "the other goes on");
}
