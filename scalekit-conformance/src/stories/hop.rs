//! The split layout: page loads whose access cookie is gone are led through the refresh route and back, once.

use scalekit_emulator::Fault;

use crate::browser::{Answer, Initiator, Request, bare, fetch, form, page};
use crate::layout::{REFRESH, hop};
use crate::soon::soon;
use crate::visitor::Visitor;
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, Stage};

pub async fn r48_an_expired_page_load_is_led_through_the_refresh_route_and_back(stage: Stage) {
    let world = stage.world().await;
    for (number, path) in
        ["/me", "/me?a=1&b=2", "/name?q=a%20b", "/invoices?next=%2Fme", "/admin?return_to=/name"]
            .into_iter()
            .enumerate()
    {
        let browser = world.signed_in(ADA).await;
        world.expire();
        let expired = browser.visit(path).await;
        assert_eq!(expired.leads(), (303, hop(path).path.as_str()));
        expired.assert_private();
        assert_eq!(world.refreshes(), 0, "an ordinary request refreshes nothing");
        let hopped = browser.visit(expired.location()).await;
        assert_eq!(
            (hopped.leads(), world.refreshes()),
            ((303, path), 1),
            "{number}: back to the page, query and all"
        );
        hopped.assert_private();
        let shown = browser.visit(path).await;
        assert_eq!((shown.status, shown.cookies()), (200, 0), "{path}");
        assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID), "a handler sees the session");
    }
}

pub async fn r48_what_cannot_be_led_through_is_told_that_the_session_expired(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    for path in ["/me", "/invoices", "/admin"] {
        for (name, request) in [
            ("fetch()", fetch(path)),
            ("XHR of a library", page(path).header("x-requested-with", "XMLHttpRequest")),
            ("event source", fetch(path).header("accept", "text/event-stream")),
            ("image", bare(path).header("sec-fetch-mode", "no-cors").header("sec-fetch-dest", "image")),
            ("curl", bare(path).header("accept", "*/*")),
        ] {
            let answer = browser.send(request).await;
            assert_eq!(
                (answer.status, answer.location(), answer.cookies()),
                (401, "", 0),
                "{name} at {path}"
            );
            assert_eq!(answer.header("content-type"), "application/problem+json", "{name} at {path}");
            assert_eq!(answer.problem("code"), "session_expired", "{name} at {path}");
            answer.assert_private();
        }
    }
    assert_eq!(browser.send(fetch("/me").method("POST")).await.problem("code"), "session_expired");
    assert_ne!(
        world.browser().call("/me").await.problem("code"),
        "session_expired",
        "a stranger's never was one"
    );
    browser.send(form("/auth/logout")).await;
    assert_ne!(browser.call("/me").await.problem("code"), "session_expired", "nor is it after a logout");
    assert_eq!(world.refreshes(), 0);
}

pub async fn r13_r22_forms_frames_and_pages_loaded_ahead_are_not_led_through(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    for path in ["/me", "/invoices", "/admin"] {
        for (name, request) in [
            ("a frame", page(path).header("sec-fetch-dest", "iframe")),
            ("HEAD", page(path).method("HEAD")),
            ("prefetch", page(path).header("sec-purpose", "prefetch")),
            ("prerender", page(path).header("sec-purpose", "prefetch;prerender")),
            ("X-Moz", page(path).header("x-moz", "prefetch")),
        ] {
            let answer = browser.send(request).await;
            assert!(!answer.location().starts_with(REFRESH), "{name} at {path} led to {}", answer.location());
            assert_eq!((answer.cookies(), world.refreshes()), (0, 0), "{name} at {path}");
            assert!(answer.status >= 300, "{name} at {path} saw a session");
        }
    }
    let sent = browser.send(form("/me")).await;
    assert_eq!((sent.leads(), sent.cookies()), ((303, "/auth/login"), 0), "what was posted would be lost");
    assert_eq!(
        browser.visit("/maybe").await.says(),
        (200, "anonymous"),
        "who does not insist is not led anywhere"
    );
    assert_eq!(browser.visit("/public").await.says(), (200, "public"));
    assert_eq!(world.refreshes(), 0);
    assert_eq!(browser.open("/me").await.says(), (200, ADA_ID), "the session is none the worse");
}

pub async fn r20_a_link_on_another_site_opens_an_expired_session(stage: Stage) {
    let world = stage.world().await;
    for initiator in [Initiator::OtherSite, Initiator::Sibling, Initiator::User] {
        let browser = world.expired(ADA).await;
        let shown = browser.follow(page("/me?a=b").from(initiator)).await;
        assert_eq!(shown.says(), (200, ADA_ID), "{initiator:?}");
    }
}

pub async fn r13_the_hop_is_for_page_loads_only(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    for (name, expected, request) in [
        ("fetch()", &[401, 405][..], fetch(hop("/me").path)),
        (
            "image",
            &[401, 405],
            bare(hop("/me").path).header("sec-fetch-mode", "no-cors").header("sec-fetch-dest", "image"),
        ),
        (
            "another site's image",
            &[401, 405],
            bare(hop("/me").path).header("sec-fetch-mode", "no-cors").header("sec-fetch-site", "cross-site"),
        ),
        ("frame", &[401, 405], hop("/me").header("sec-fetch-dest", "iframe")),
        ("XHR of a library", &[401, 405], hop("/me").header("x-requested-with", "XMLHttpRequest")),
        ("prefetch", &[204, 503], hop("/me").header("sec-purpose", "prefetch")),
        ("X-Moz", &[204, 503], hop("/me").header("x-moz", "prefetch")),
        ("HEAD", &[204], hop("/me").method("HEAD")),
        ("PUT", &[405], fetch(REFRESH).method("PUT")),
        ("DELETE", &[405], fetch(REFRESH).method("DELETE")),
    ] {
        let answer = browser.send(request).await;
        assert!(expected.contains(&answer.status), "{name}: {}", answer.status);
        assert_eq!(
            (answer.location(), answer.cookies(), world.refreshes()),
            ("", 0, 0),
            "{name} changes nothing"
        );
    }
    let stranger = world.browser().send(hop("/me")).await;
    assert_eq!(
        (stranger.leads(), stranger.cookies()),
        ((303, "/auth/login?return_to=%2Fme"), 0),
        "r30: without a marker"
    );
    let unmarked = browser.copy();
    unmarked.jar().lose(|name| name.ends_with("-live"));
    let answer = unmarked.send(hop("/me")).await;
    assert_eq!(answer.leads(), (303, "/auth/login?return_to=%2Fme"));
    assert_eq!(world.refreshes(), 0, "r30: data without its marker is nobody's");
}

pub async fn r13_a_hop_while_the_token_is_fresh_asks_nobody(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    for path in ["/me?a=b", "/name"] {
        assert_eq!(browser.send(hop(path)).await.leads(), (303, path));
    }
    assert_eq!(world.emulator.calls().total(), 0);
    assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID));
}

pub async fn r39_a_hop_never_leads_to_another_site(stage: Stage) {
    let world = stage.world().await;
    let (expired, fresh) = (world.expired(ADA).await, world.signed_in(ADA).await);
    let long = format!("/{}", "a".repeat(3000));
    for target in TARGETS.iter().copied().chain([long.as_str()]) {
        for browser in [&expired, &fresh] {
            let answer = browser.look(hop(target)).await;
            let landed = browser.origin.join(answer.location()).unwrap();
            assert_eq!((answer.status, landed.origin()), (303, browser.origin.origin()), "{target}");
            assert_eq!(answer.location(), "/", "{target}: to the start page");
        }
    }
    for own in [
        "/auth/login",
        "/auth/logout",
        "/auth/callback?code=a&state=b",
        "/auth/refresh",
        "/auth/%72efresh?return_to=/me",
        "/auth/%6Cogin",
        "/auth//refresh",
        "/auth/refresh/",
    ] {
        for browser in [&expired, &fresh] {
            assert_eq!(browser.look(hop(own)).await.leads(), (303, "/"), "{own} is the login's own");
        }
    }
    for query in ["", "?return_to=", "?other=/me", "?return_to=/me&return_to=//evil.example"] {
        let answer = fresh.look(page(format!("{REFRESH}{query}"))).await;
        assert!([(303, "/"), (303, "/me")].contains(&answer.leads()), "{query}: {:?}", answer.leads());
    }
}

pub async fn r13_r41_who_clicks_every_few_seconds_is_never_sent_to_login(stage: Stage) {
    // Between two clicks the access cookie lives, or just does not, or is long gone.
    for (pause, calls) in [(1, 12..=20), (2, 12..=20), (4, 10..=15), (6, 8..=10)] {
        let world = stage.setup().life(5).open().await;
        let browser = world.signed_in(ADA).await;
        for second in (0..60).step_by(pause) {
            assert_eq!(
                browser.open("/me?a=b").await.says(),
                (200, ADA_ID),
                "every {pause} s, second {second}"
            );
            assert_eq!(browser.ask("/me").await.says(), (200, ADA_ID), "every {pause} s, second {second}");
            world.pass(pause as u64);
        }
        let refreshes = world.refreshes();
        assert!(
            calls.contains(&refreshes),
            "a minute of tokens of 5 s, a click every {pause} s: {refreshes} refreshes"
        );
        assert_eq!(world.emulator.calls().token_code, 0, "nobody was sent to login");
    }
}

pub async fn r13_r41_programs_refresh_tokens_of_five_seconds_as_they_end(stage: Stage) {
    let world = stage.setup().life(5).open().await;
    let browser = world.signed_in(ADA).await;
    for second in 0..60 {
        assert_eq!(browser.ask("/me").await.says(), (200, ADA_ID), "second {second}");
        world.pass(1);
    }
    assert!((12..=20).contains(&world.refreshes()), "{} refreshes", world.refreshes());
}

pub async fn r47_a_browser_that_drops_the_access_cookie_ends_on_a_page(stage: Stage) {
    for life in [5, 300] {
        let world = stage.setup().life(life).open().await;
        let browser = world.signed_in(ADA).await;
        world.expire();
        let drops = |name: &str| name.starts_with("__Host-accessToken");
        for click in 0..3 {
            let (last, redirects) = led(&browser, page("/me"), drops).await;
            assert!(redirects <= 4, "life {life}, click {click}: {redirects} redirects");
            assert_eq!(
                last.leads(),
                (400, ""),
                "life {life}, click {click}: a page, and no further redirect"
            );
            assert!(last.body.contains("href=\"/auth/"), "a button: {}", last.body);
            last.assert_private();
        }
        assert!(world.refreshes() <= 3, "life {life}: {} refreshes", world.refreshes());
        // It has been told to keep cookies.
        world.expire();
        assert_eq!(browser.open("/me").await.says(), (200, ADA_ID), "life {life}: no grudge is borne");
    }
}

pub async fn r47_a_hop_that_helps_is_no_loop(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    for round in 0..10 {
        for path in ["/me", "/me", "/me?tab=2"] {
            assert_eq!(browser.open(path).await.says(), (200, ADA_ID), "round {round}");
        }
        world.expire();
    }
    // Between the end of the cookie and that of its token, too.
    for seconds in [274, 280, 299, 300] {
        assert_eq!(browser.open("/me").await.says(), (200, ADA_ID));
        world.pass(seconds);
        assert_eq!(browser.open("/me").await.says(), (200, ADA_ID), "after {seconds} s");
    }
}

pub async fn r01_r47_tabs_that_are_led_through_at_once_refresh_once(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let gate = world.on_refresh().hold();
    let mut hops = Vec::new();
    for path in ["/me", "/name", "/me?tab=3", "/invoices"] {
        let expired = browser.visit(path).await;
        assert_eq!(expired.status, 303, "{path}");
        let (tab, hop) = (browser.clone(), page(expired.location()));
        hops.push((path, tokio::spawn(async move { tab.look(hop).await })));
    }
    soon(gate.arrived(1)).await;
    gate.release();
    for (path, hopped) in hops {
        let hopped = soon(hopped).await.unwrap();
        assert_eq!(hopped.leads(), (303, path));
        browser.keep(&hopped);
        assert_eq!(browser.visit(path).await.status, 200, "{path}: nobody is sent round again");
    }
    assert_eq!((browser.visit("/me").await.says(), world.refreshes()), ((200, ADA_ID), 1));
}

pub async fn r09_a_hop_in_an_outage_is_a_page_and_loses_nothing(stage: Stage) {
    let world = stage.world().await;
    for fault in
        [Fault::status(503), Fault::DropConnection, Fault::TruncatedJson, Fault::oauth(400, "invalid_client")]
    {
        let browser = world.expired(BOB).await;
        world.emulator.reset_calls();
        world.on_refresh().inject(fault.clone());
        for attempt in 0..3 {
            let answer = browser.follow(page("/me?a=b")).await;
            assert_eq!(
                (answer.status, answer.location(), answer.cookies()),
                (503, "", 0),
                "{fault:?}, {attempt}"
            );
            let wait: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=10).contains(&wait), "{fault:?}: Retry-After says {wait}");
            assert!(answer.header("content-type").starts_with("text/html"), "{fault:?}: a page");
            answer.assert_private();
        }
        assert_eq!(world.refreshes(), 1, "r10, {fault:?}: one attempt in the pause");
        world.emulator.faults().clear();
        world.pass(11);
        // The reload button repeats the hop.
        assert_eq!(browser.send(hop("/me?a=b")).await.leads(), (303, "/me?a=b"), "{fault:?}");
        assert_eq!(browser.visit("/me?a=b").await.says(), (200, BOB_ID), "{fault:?}: back without login");
    }
}

pub async fn r08_a_hop_with_a_refused_token_leads_to_login_and_back_to_the_page(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    world.on_refresh().times(1).inject(Fault::oauth(400, "invalid_grant"));
    let (last, redirects) = led(&browser, page("/me?a=b"), |_| false).await;
    assert_eq!(last.leads(), (303, "/auth/login?return_to=%2Fme%3Fa%3Db"), "after {redirects} redirects");
    assert!(browser.session_name().is_some(), "16a: the cookies stay for a minute");
    let callback = browser.finish_login(&world.emulator, ADA, last.location()).await;
    assert_eq!(callback.leads(), (303, "/me?a=b"));
    assert_eq!((browser.visit("/me?a=b").await.says(), world.refreshes()), ((200, ADA_ID), 1));
}

/// Follows redirects within the site, as a browser that drops some cookies whenever it gets them. Ends where it is sent
/// to login.
async fn led(browser: &Visitor, request: Request, drops: impl Fn(&str) -> bool) -> (Answer, usize) {
    let mut answer = browser.send(request.clone()).await;
    for redirects in 0..10 {
        browser.jar().lose(&drops);
        if answer.status != 303 || answer.location().starts_with("/auth/login") {
            return (answer, redirects);
        }
        answer = browser.send(request.clone().to(answer.location())).await;
    }
    panic!("{} loops", answer.of);
}

const TARGETS: [&str; 36] = [
    "//evil.example/",
    "///evil.example/",
    "////evil.example",
    "https://evil.example/",
    "HTTPS://evil.example/",
    "https:evil.example",
    "https:/evil.example",
    "http://app.test@evil.example/",
    "https://app.test/me",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\n/evil.example",
    "/%09/evil.example/..//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/%5Cevil.example",
    "/%5c/evil.example",
    "/%2f/evil.example",
    "%2F%2Fevil.example",
    "/./%2f/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/%2e%2e//evil.example",
    "/me/../../evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt://app.test/%0aalert(1)",
    "data:text/html,x",
    "//user@evil.example/",
    "/\r\nSet-Cookie: a=b",
    "/\0",
    "/ä",
    "me",
    "?a=b",
    "#me",
];
