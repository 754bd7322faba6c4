//! What a request without a session, without a right or from another site is told.

use crate::browser::{Initiator, bare, fetch, form, page};
use crate::world::{ADA, ADA_ID, BOB, Stage};

pub async fn r48_a_page_load_without_a_session_goes_to_login(stage: Stage) {
    let world = stage.world().await;
    let browser = world.browser();
    for path in ["/me", "/invoices", "/admin", "/name"] {
        let answer = browser.visit(&format!("{path}?a=1&b=2")).await;
        let login = format!("/auth/login?return_to={}%3Fa%3D1%26b%3D2", path.replace('/', "%2F"));
        assert_eq!((answer.leads(), answer.cookies()), ((303, login.as_str()), 0));
        answer.assert_private();
    }
    assert_eq!(browser.send(form("/me")).await.leads(), (303, "/auth/login"), "a POST cannot be repeated");
    assert_eq!(world.emulator.calls().total(), 0);
}

pub async fn r48_what_is_no_page_load_gets_401_and_a_problem(stage: Stage) {
    let world = stage.world().await;
    let html = |path: &str| bare(path).header("accept", "text/html");
    for path in ["/me", "/invoices", "/admin"] {
        for (name, request) in [
            ("fetch()", fetch(path)),
            ("XHR of a library", html(path).header("x-requested-with", "XMLHttpRequest")),
            (
                "event source",
                bare(path).header("accept", "text/event-stream").header("sec-fetch-mode", "cors"),
            ),
            ("image", bare(path).header("sec-fetch-mode", "no-cors").header("sec-fetch-dest", "image")),
            ("curl", bare(path).header("accept", "*/*")),
            ("nothing", bare(path)),
        ] {
            let answer = world.browser().send(request).await;
            assert_eq!(
                (answer.status, answer.location(), answer.cookies()),
                (401, "", 0),
                "{name} at {path}"
            );
            assert_eq!(answer.header("content-type"), "application/problem+json", "{name} at {path}");
            assert!(answer.header("www-authenticate").contains("/auth/login"), "{name} at {path}");
            assert_eq!(
                (answer.problem("status"), answer.problem("code")),
                (401.into(), "login_required".into())
            );
            answer.assert_private();
        }
    }
}

pub async fn r48_a_page_loaded_ahead_is_never_sent_to_login(stage: Stage) {
    let world = stage.world().await;
    for path in ["/me", "/invoices", "/admin"] {
        let answer = world.browser().send(page(path).header("sec-purpose", "prefetch")).await;
        assert_eq!((answer.status, answer.location(), answer.cookies()), (503, "", 0), "{path}");
        answer.assert_private();
    }
}

pub async fn r48_who_may_not_gets_403(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(BOB).await;
    for (path, missing) in [("/invoices", "permission invoices:read"), ("/admin", "role admin")] {
        let answer = browser.call(path).await;
        assert_eq!((answer.status, answer.problem("code")), (403, "forbidden".into()), "{path}");
        assert!(
            answer.problem("detail").as_str().unwrap_or_default().contains(missing),
            "{path}: {}",
            answer.body
        );
        answer.assert_private();
        let shown = browser.visit(path).await;
        assert_eq!((shown.status, shown.location()), (403, ""), "{path} as a page");
        assert!(shown.header("content-type").starts_with("text/html"), "{path}");
    }
    let ada = world.signed_in(ADA).await;
    for path in ["/invoices", "/admin"] {
        assert_eq!(ada.call(path).await.says(), (200, ADA_ID), "{path}");
    }
}

pub async fn r51_another_sites_request_gets_no_session(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let cookies = browser.cookies("/");
    for path in ["/me", "/maybe"] {
        for initiator in [Initiator::OtherSite, Initiator::Sibling] {
            // The cookies are sent as if they had no SameSite, as some browsers do for two minutes.
            let forged = form(path).from(initiator).header("cookie", cookies.as_str());
            let answer = browser.look(forged.clone()).await;
            assert_eq!((answer.status, answer.cookies()), (403, 0), "{path}: {initiator:?}");
            assert_eq!(browser.look(forged.of_an_old_browser()).await.status, 403, "{path}: {initiator:?}");
        }
        let problem = browser.look(fetch(path).method("POST").from(Initiator::Sibling)).await;
        assert_eq!(problem.problem("code"), "cross_origin", "{path}");
        let sandboxed = bare(path).method("POST").header("origin", "null");
        assert_eq!(browser.look(sandboxed).await.status, 403, "{path} of a sandboxed frame");
        assert_eq!(browser.look(fetch(path).method("POST")).await.status, 200, "{path} of this site");
        assert_eq!(browser.look(bare(path).method("POST")).await.status, 200, "{path} of a program");
    }
    let webhook = bare("/public").method("POST").header("sec-fetch-site", "cross-site");
    assert_eq!(browser.look(webhook).await.says(), (200, "public"), "who asks for no session is not judged");
}

pub async fn r51_another_sites_socket_gets_no_session(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let socket = |origin: &str| {
        bare("/me").header("connection", "Upgrade").header("upgrade", "websocket").header("origin", origin)
    };
    assert_eq!(browser.look(socket("https://evil.example")).await.status, 403);
    assert_eq!(browser.look(socket("https://evil.app.test")).await.status, 403);
    assert_eq!(browser.look(socket("https://app.test")).await.says(), (200, ADA_ID));
}

pub async fn r47_logins_that_never_arrive_end_on_a_page(stage: Stage) {
    let world = stage.world().await;
    let browser = world.browser();
    // A browser that loses the session, and only the session, each time it was signed in.
    for _ in 0..3 {
        browser.log_in(&world.emulator, ADA, "/me").await;
        browser.jar().lose(|name| !name.ends_with("-loop"));
    }
    assert_eq!(browser.visit("/me").await.leads(), (400, ""), "a page with a button");
    world.pass(31);
    assert_eq!(browser.visit("/me").await.status, 303, "later it may try again");
}

pub async fn r47_several_tabs_are_no_loop(stage: Stage) {
    let world = stage.world().await;
    let browser = world.browser();
    let mut logins = Vec::new();
    for _ in 0..4 {
        let refused = browser.visit("/me").await;
        assert_eq!(refused.status, 303);
        logins.push(browser.visit(refused.location()).await);
    }
    for begun in logins {
        let callback = browser.hosted_pages(&world.emulator, ADA, &begun);
        assert_eq!(browser.come_back(&callback).await.leads(), (303, "/me"));
        assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID));
    }
}
