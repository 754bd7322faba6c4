//! When tokens are refreshed, how often, and what of it a request sees.

use scalekit_emulator::Tamper;
use tokio::task::JoinSet;

use crate::browser::{Answer, fetch, page};
use crate::soon::soon;
use crate::visitor::Visitor;
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, Stage};

const MANY: usize = 100;

pub async fn r01_r06_a_hundred_requests_with_one_expired_session_refresh_once(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let gate = world.on_refresh().hold();
    let mut requests = many(&browser);
    soon(gate.arrived(1)).await;
    gate.release();
    while let Some(answer) = soon(requests.join_next()).await {
        let (path, answer) = answer.unwrap();
        assert_eq!(answer.says(), (200, ADA_ID), "{path}");
        assert!(answer.cookies() >= 1, "r02: {path} hands the successor out");
    }
    assert_eq!(browser.call("/me").await.says(), (200, ADA_ID), "who comes later with the old cookies");
    assert_eq!(world.refreshes(), 1, "one call for one refresh token");
}

pub async fn r07_a_refresh_goes_on_when_everybody_hangs_up(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let gate = world.on_refresh().hold();
    let mut requests = many(&browser);
    soon(gate.arrived(1)).await;
    requests.shutdown().await;
    gate.release();
    for _ in 0..2 {
        let answer = browser.look(fetch("/me")).await;
        assert_eq!(answer.says(), (200, ADA_ID));
        assert!(answer.cookies() >= 1, "the result was kept");
    }
    assert_eq!(world.refreshes(), 1, "nobody had to ask again");
}

pub async fn r02_a_request_with_the_old_cookies_gets_the_successor(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let lost = browser.look(page("/me")).await;
    assert_eq!(lost.says(), (200, ADA_ID));
    world.pass(59);
    let late = browser.visit("/me").await;
    assert_eq!(late.says(), (200, ADA_ID));
    assert!(late.cookies() >= 1, "the successor comes once more");
    assert_eq!(browser.visit("/me").await.cookies(), 0, "and is there now");
    assert_eq!(world.refreshes(), 1);
}

pub async fn r11_tokens_of_somebody_else_end_the_session(stage: Stage) {
    let world = stage.world().await;
    for tamper in [Tamper::OtherSubject("usr_999999999999999999".to_owned()), Tamper::OtherSid] {
        let browser = world.expired(ADA).await;
        world.emulator.faults().tamper(tamper.clone());
        assert_eq!(browser.visit("/maybe").await.body, "anonymous", "{tamper:?}");
        assert_eq!(browser.session_name(), None, "{tamper:?}: deleted");
        world.emulator.faults().clear();
        assert_eq!(browser.visit("/maybe").await.body, "anonymous", "{tamper:?}");
    }
}

pub async fn r11_tokens_of_another_organization_are_discarded(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    world.emulator.faults().tamper(Tamper::OtherOrganization("org_999999999999999999".to_owned()));
    let answer = browser.visit("/maybe").await;
    assert_eq!(
        (answer.body.as_str(), answer.cookies()),
        ("anonymous", 0),
        "13d: nobody, and the cookies stay"
    );
}

pub async fn r12_new_permissions_count_in_the_request_that_refreshes(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(BOB).await;
    assert_eq!(browser.call("/invoices").await.status, 403);
    world.emulator.set_permissions(BOB, ["invoices:read"]);
    world.emulator.set_roles(BOB, None, ["admin"]);
    assert_eq!(browser.call("/invoices").await.status, 403, "the token at hand still says otherwise");
    world.expire();
    assert_eq!(browser.ask("/invoices").await.says(), (200, BOB_ID));
    assert_eq!(browser.call("/admin").await.says(), (200, BOB_ID));
    assert_eq!(world.refreshes(), 1);
    world.emulator.set_permissions(BOB, [""; 0]);
    world.expire();
    assert_eq!(browser.ask("/invoices").await.status, 403, "what was taken away is gone");
}

pub async fn r12_a_refusal_hands_the_successor_out_too(stage: Stage) {
    let world = stage.world().await;
    for path in ["/invoices", "/admin"] {
        let browser = world.expired(BOB).await;
        let answer = browser.call(path).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.cookies() >= 1, "{path}");
        assert_eq!((browser.call("/me").await.says(), world.refreshes()), ((200, BOB_ID), 1), "{path}");
    }
}

pub async fn r12_tokens_that_a_refresh_does_not_bring_are_kept(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    world.emulator.faults().tamper(Tamper::OmitIdTokenOnRefresh);
    for refreshes in 1..=3 {
        world.expire();
        assert_eq!(browser.open("/name").await.says(), (200, "Ada Lovelace"));
        assert_eq!(world.refreshes(), refreshes);
    }
    let logout = browser.visit("/auth/logout").await;
    assert!(logout.location().contains("id_token_hint="), "r34: the first ID token still serves");
}

pub async fn r13_a_token_is_refreshed_shortly_before_its_end(stage: Stage) {
    let world = stage.world().await;
    let early = world.signed_in(ADA).await;
    world.pass(240);
    assert_eq!((early.visit("/me").await.cookies(), world.refreshes()), (0, 0), "a minute before the end");
    let due = world.due(ADA).await;
    let answer = due.visit("/me").await;
    assert_eq!((answer.says(), world.refreshes()), ((200, ADA_ID), 1));
    assert!(answer.cookies() >= 1);
    assert_eq!((due.visit("/me").await.cookies(), world.refreshes()), (0, 1), "once");
}

pub async fn r13_head_and_pages_loaded_ahead_refresh_only_what_is_over(stage: Stage) {
    let world = stage.world().await;
    let requests = || {
        let ahead = |name: &str, value: &str| page("/me").header(name, value);
        [
            page("/me").method("HEAD"),
            ahead("sec-purpose", "prefetch"),
            ahead("sec-purpose", "prefetch;prerender"),
            ahead("purpose", "prefetch"),
            ahead("x-moz", "prefetch"),
            ahead("next-router-prefetch", "1"),
        ]
    };
    let due = world.due(ADA).await;
    for request in requests() {
        let answer = due.send(request.clone()).await;
        assert_eq!((answer.status, answer.cookies(), world.refreshes()), (200, 0, 0), "{request:?}");
    }
    for request in requests() {
        let expired = world.expired(ADA).await;
        let answer = expired.send(request.clone()).await;
        assert_eq!((answer.status, world.refreshes()), (200, 1), "{request:?}");
        assert!(answer.cookies() >= 1, "a refresh that had to be is handed out: {request:?}");
    }
}

pub async fn r13_preflights_refresh_nothing(stage: Stage) {
    let world = stage.world().await;
    for browser in [world.due(ADA).await, world.expired(ADA).await] {
        let preflight = fetch("/maybe").method("OPTIONS").header("access-control-request-method", "POST");
        assert_eq!(browser.send(preflight).await.cookies(), 0);
        assert_eq!(world.emulator.calls().total(), 0);
    }
}

pub async fn r13_r41_tokens_of_five_seconds_do_not_loop(stage: Stage) {
    let world = stage.setup().life(5).open().await;
    let browser = world.signed_in(ADA).await;
    for second in 0..30 {
        for _ in 0..4 {
            assert_eq!(browser.open("/me").await.says(), (200, ADA_ID), "second {second}");
        }
        world.pass(1);
    }
    let refreshes = world.refreshes();
    assert!((5..=10).contains(&refreshes), "30 s of tokens of 5 s took {refreshes} refreshes");
}

pub async fn r28_a_session_outlives_many_tokens_and_not_its_limit(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    for round in 1..=20 {
        world.pass(world.life.as_secs() - 1);
        assert_eq!(browser.open("/me").await.body, ADA_ID, "round {round}");
    }
    assert_eq!(world.refreshes(), 20);
    world.pass(31 * 24 * 3600);
    assert_eq!(
        browser.open("/me").await.leads(),
        (303, "/auth/login?return_to=%2Fme"),
        "a month is too long"
    );
    assert_eq!(world.refreshes(), 20, "and nothing was sent to find that out");
}

fn many(browser: &Visitor) -> JoinSet<(&'static str, Answer)> {
    let mut requests = JoinSet::new();
    for number in 0..MANY {
        let path = ["/me", "/invoices", "/admin"][number % 3];
        let tab = browser.clone();
        requests.spawn(async move { (path, tab.look(fetch(path)).await) });
    }
    requests
}
