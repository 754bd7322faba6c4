//! The split layout: what programs get from the refresh route.

use scalekit_emulator::{Fault, Tamper};
use tokio::task::JoinSet;

use crate::browser::{Answer, Initiator, bare, fetch, form};
use crate::layout::{REFRESH, hop, refresh};
use crate::soon::soon;
use crate::stories::outage::outages;
use crate::visitor::Visitor;
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, Stage};

const MANY: usize = 100;

pub async fn r01_a_hundred_posts_of_one_expired_session_refresh_once(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let gate = world.on_refresh().hold();
    let mut posts = many(&browser);
    soon(gate.arrived(1)).await;
    gate.release();
    while let Some(answer) = soon(posts.join_next()).await {
        let answer = answer.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        assert!(answer.cookies() >= 2, "each hands the successor out");
        answer.assert_private();
    }
    let late = browser.send(refresh()).await;
    assert_eq!((late.status, world.refreshes()), (204, 1), "one call for one refresh token");
    assert_eq!(browser.call("/me").await.says(), (200, ADA_ID));
}

pub async fn r02_a_post_with_the_old_refresh_cookie_gets_the_successor(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let lost = browser.look(refresh()).await;
    assert_eq!(lost.status, 204);
    world.pass(59);
    let late = browser.send(refresh()).await;
    assert!(late.status == 204 && late.cookies() >= 2, "the successor comes once more");
    assert_eq!(browser.call("/me").await.says(), (200, ADA_ID));
    assert_eq!((browser.send(refresh()).await.cookies(), world.refreshes()), (0, 1), "and is there now");
}

pub async fn r07_a_refresh_that_was_posted_goes_on_when_everybody_hangs_up(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let gate = world.on_refresh().hold();
    let mut posts = many(&browser);
    soon(gate.arrived(1)).await;
    posts.shutdown().await;
    gate.release();
    for _ in 0..2 {
        let answer = browser.look(refresh()).await;
        assert!(answer.status == 204 && answer.cookies() >= 2, "the result was kept");
    }
    let shown = browser.open("/me").await;
    assert_eq!((shown.says(), world.refreshes()), ((200, ADA_ID), 1), "nobody had to ask again");
}

pub async fn r13_the_refresh_route_refreshes_only_what_is_due(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    for _ in 0..5 {
        let answer = browser.send(refresh()).await;
        assert_eq!((answer.status, answer.body.as_str(), answer.cookies()), (204, "", 0), "fresh");
        world.pass(48);
    }
    assert_eq!(world.emulator.calls().total(), 0, "a minute before the end");
    world.pass(40);
    let due = browser.send(refresh()).await;
    assert_eq!((due.status, world.refreshes()), (204, 1), "20 s before the end");
    assert!(due.cookies() >= 2);
    let again = browser.send(refresh()).await;
    assert_eq!((again.status, again.cookies(), world.refreshes()), (204, 0, 1), "once");
    assert_eq!(browser.call("/me").await.says(), (200, ADA_ID));
}

pub async fn r13_what_only_looks_at_the_refresh_route_changes_nothing(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let head = browser.send(fetch(REFRESH).method("HEAD")).await;
    assert_eq!((head.status, head.cookies()), (204, 0));
    let preflight = fetch(REFRESH).method("OPTIONS").header("access-control-request-method", "POST");
    assert_eq!(browser.send(preflight).await.cookies(), 0);
    assert_eq!(browser.send(refresh().header("sec-purpose", "prefetch")).await.cookies(), 0);
    for method in ["PUT", "DELETE", "PATCH"] {
        let answer = browser.send(fetch(REFRESH).method(method)).await;
        assert_eq!((answer.status, answer.cookies()), (405, 0), "{method}");
    }
    assert_eq!(world.emulator.calls().total(), 0);
}

pub async fn r48_nobody_refreshes_nothing(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let without = |lost: &str| {
        let tab = browser.copy();
        tab.jar().lose(|name| name.contains(lost));
        tab
    };
    for (case, tab) in [
        ("a stranger", world.browser()),
        ("r30: no marker", without("-live")),
        ("no refresh cookie", without("refreshToken")),
    ] {
        for request in [refresh(), bare(REFRESH).method("POST"), form(REFRESH)] {
            let answer = tab.send(request).await;
            assert_eq!((answer.status, answer.location()), (401, ""), "{case}");
            // Only what no marker claims may be cleared away.
            let removed = if case.ends_with("no marker") { answer.removals().len() } else { 0 };
            assert_eq!(answer.cookies(), removed, "{case}");
            assert_ne!(answer.problem("code"), "session_expired", "{case}: another attempt would not help");
            answer.assert_private();
        }
    }
    for rubbish in ["x", "", "%00", "\"quoted\"", "AgAAAA"] {
        let cookies = browser.cookies(REFRESH);
        let value = browser.jar().value("__Secure-refreshToken").unwrap().to_owned();
        let torn = cookies.replace(&value, rubbish);
        let answer = browser.look(refresh().header("cookie", torn)).await;
        assert_eq!((answer.status, answer.cookies()), (401, 0), "r16, r37: {rubbish:?} is nobody, and kept");
    }
    assert_eq!(world.emulator.calls().total(), 0);
    assert_eq!(browser.ask("/me").await.says(), (200, ADA_ID));
}

pub async fn r51_another_site_refreshes_nothing(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    // The cookies are sent as if they had no SameSite, as some browsers do for two minutes.
    let cookies = browser.cookies(REFRESH);
    for initiator in [Initiator::OtherSite, Initiator::Sibling] {
        for request in [refresh(), form(REFRESH)] {
            let forged = request.from(initiator).header("cookie", cookies.as_str());
            for forged in [forged.clone(), forged.of_an_old_browser()] {
                let answer = browser.send(forged.clone()).await;
                assert_eq!((answer.status, answer.cookies()), (403, 0), "{forged:?}");
            }
        }
        let answer = browser.send(refresh().from(initiator)).await;
        assert_eq!((answer.status, answer.problem("code")), (403, "cross_origin".into()), "{initiator:?}");
    }
    let sandboxed = bare(REFRESH).method("POST").header("origin", "null");
    assert_eq!(browser.send(sandboxed).await.status, 403);
    assert_eq!(world.refreshes(), 0);
    assert_eq!(browser.send(bare(REFRESH).method("POST")).await.status, 204, "a program of one's own may");
    assert_eq!(world.refreshes(), 1);
}

pub async fn r09_an_outage_costs_no_split_session(stage: Stage) {
    let world = stage.world().await;
    for (name, fault) in outages() {
        let expired = world.expired(BOB).await;
        let valid = world.signed_in(ADA).await;
        world.on_refresh().inject(fault);
        assert_eq!(valid.visit("/me").await.says(), (200, ADA_ID), "{name}: a good token needs no Scalekit");
        for _ in 0..3 {
            let answer = expired.send(refresh()).await;
            assert_eq!((answer.status, answer.cookies()), (503, 0), "{name}");
            let wait: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=10).contains(&wait), "{name}: Retry-After says {wait}");
            answer.assert_private();
            assert_eq!(expired.call("/me").await.problem("code"), "session_expired", "{name}: and not lost");
        }
        assert_eq!(expired.visit("/public").await.status, 200, "{name}");
        assert_eq!(world.refreshes(), 1, "r10, {name}: one attempt in the pause");

        world.emulator.faults().clear();
        world.pass(11);
        assert_eq!(expired.ask("/me").await.says(), (200, BOB_ID), "{name}: back without login");
    }
}

pub async fn r09_an_early_refresh_that_fails_takes_no_good_token_away(stage: Stage) {
    let world = stage.world().await;
    for fault in [Fault::status(502), Fault::oauth(400, "invalid_grant"), Fault::DropConnection] {
        let browser = world.signed_in(ADA).await;
        world.on_refresh().inject(fault.clone());
        world.pass(200);
        let fresh = browser.send(refresh()).await;
        assert_eq!((fresh.status, fresh.cookies(), world.refreshes()), (204, 0, 0), "{fault:?}: not due");
        // Its cookie lives for a few seconds yet: whether that is early is the implementation's choice.
        world.pass(64);
        let early = browser.send(refresh()).await;
        assert_eq!((early.status, early.cookies()), (204, 0), "{fault:?}: good for a while");
        assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID), "{fault:?}");
        world.pass(10);
        let due = browser.send(refresh()).await;
        assert_eq!(due.cookies(), 0, "{fault:?}: nothing is deleted, {}", due.status);
        assert!((1..=2).contains(&world.refreshes()), "{fault:?}: {}", world.refreshes());
        world.emulator.faults().clear();
    }
}

pub async fn r08_a_refused_refresh_token_ends_a_split_session_after_a_minute(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    world.on_refresh().inject(Fault::oauth(400, "invalid_grant"));
    for _ in 0..3 {
        let answer = browser.send(refresh()).await;
        assert_eq!((answer.status, answer.cookies()), (401, 0), "16a");
        assert_ne!(answer.problem("code"), "session_expired", "another attempt would not help");
    }
    assert!(browser.session_name().is_some(), "the cookies stay for a minute");
    world.pass(61);
    let answer = browser.send(refresh()).await;
    assert_eq!((answer.status, answer.removals().len()), (401, answer.cookies()), "16b");
    assert_eq!(browser.names(), [""; 0], "16b: deleted, every one");
    assert_eq!(world.refreshes(), 1, "a refused token is not sent again");
}

pub async fn r11_refreshed_tokens_of_somebody_else_end_the_split_session(stage: Stage) {
    let world = stage.world().await;
    for tamper in [Tamper::OtherSubject("usr_999999999999999999".to_owned()), Tamper::OtherSid] {
        let browser = world.expired(ADA).await;
        world.emulator.faults().tamper(tamper.clone());
        assert_eq!(browser.send(refresh()).await.status, 401, "{tamper:?}");
        assert_eq!(browser.names(), [""; 0], "{tamper:?}: deleted");
        world.emulator.faults().clear();
    }
    let browser = world.expired(ADA).await;
    world.emulator.faults().tamper(Tamper::OtherOrganization("org_999999999999999999".to_owned()));
    let answer = browser.send(refresh()).await;
    assert_eq!((answer.status, answer.cookies()), (401, 0), "13d: nobody, and the cookies stay");
}

pub async fn r12_a_refresh_without_an_id_token_keeps_the_former(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    world.emulator.faults().tamper(Tamper::OmitIdTokenOnRefresh);
    for _ in 0..3 {
        world.expire();
        assert_eq!(browser.ask("/name").await.says(), (200, "Ada Lovelace"), "the profile as well");
    }
    assert!(browser.send(form("/auth/logout")).await.location().contains("id_token_hint="));
}

pub async fn r52_a_reload_of_the_hop_refreshes_nothing_more(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    for _ in 0..5 {
        assert_eq!(browser.send(hop("/me")).await.leads(), (303, "/me"));
        assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID));
    }
    assert_eq!(world.refreshes(), 1);
}

fn many(browser: &Visitor) -> JoinSet<Answer> {
    let mut posts = JoinSet::new();
    for _ in 0..MANY {
        let tab = browser.clone();
        posts.spawn(async move { tab.look(refresh()).await });
    }
    posts
}
