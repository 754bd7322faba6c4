//! From a page, over Scalekit, back to the page.

use scalekit_emulator::{ForgedAlgorithm, Tamper};
use url::Url;

use crate::browser::{Answer, Initiator, fetch, form, page};
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, Stage};

pub async fn r20_r39_a_login_ends_where_it_began(stage: Stage) {
    let world = stage.world().await;
    for path in ["/me?tab=2&q=a%20b", "/name", "/admin?page=5"] {
        let browser = world.browser();
        assert_eq!(browser.log_in(&world.emulator, ADA, path).await, path);
        // The redirect chain came from another site: Lax cookies are sent, Strict ones would not be.
        assert_eq!(browser.come_back(path).await.status, 200, "{path}");
    }
    assert_eq!(world.emulator.calls().token(), 3, "a code each, nothing was refreshed");
}

pub async fn r20_a_link_on_another_site_opens_the_page_signed_in(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    assert_eq!(browser.come_back("/me").await.says(), (200, ADA_ID));
    assert_eq!(browser.send(page("/me").from(Initiator::User)).await.says(), (200, ADA_ID));
}

pub async fn r40_cookies_are_as_secure_as_the_redirect_uri(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let prefixed = |name: &String| browser.prefixes().iter().any(|prefix| name.starts_with(prefix));
    assert!(browser.names().iter().all(prefixed), "{:?}", browser.names());
    let plain =
        page("/auth/login").header("x-forwarded-proto", "http").header("x-forwarded-host", "evil.example");
    let begun = world.browser().send(plain).await;
    assert!(begun.set_cookies().iter().all(|line| line.contains("; Secure") && line.contains("HttpOnly")));
    assert!(begun.location().contains("redirect_uri=https%3A%2F%2Fapp.test%2Fauth%2Fcallback"));

    let local = stage.setup().origin("http://localhost:3000").open().await;
    let browser = local.signed_in(ADA).await;
    assert!(browser.names().iter().all(|name| !name.starts_with("__")), "{:?}", browser.names());
    let elsewhere = browser.send(page("/me").header("host", "evil.example")).await;
    assert_eq!(elsewhere.status, 421, "over http only loopback hosts are served");
}

pub async fn r22_two_tabs_log_in_side_by_side(stage: Stage) {
    let world = stage.world().await;
    for reversed in [false, true] {
        let browser = world.browser();
        let first = browser.visit("/auth/login?return_to=/name").await;
        let second = browser.visit("/auth/login?return_to=/maybe").await;
        let mut tabs = [(first, "/name"), (second, "/maybe")];
        if reversed {
            tabs.reverse();
        }
        for (begun, leads_to) in tabs {
            let callback = browser.hosted_pages(&world.emulator, ADA, &begun);
            assert_eq!(browser.come_back(&callback).await.leads(), (303, leads_to));
            assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID));
        }
    }
}

pub async fn r22_flows_are_few_and_end_by_themselves(stage: Stage) {
    let world = stage.world().await;
    let browser = world.browser();
    let flows = || browser.names().iter().filter(|name| name.contains("-tx-")).count();
    let first = browser.visit("/auth/login").await;
    for _ in 0..20 {
        browser.visit("/auth/login?return_to=/name").await;
        world.pass(1);
    }
    assert!((1..=5).contains(&flows()), "{:?}", browser.names());
    let callback = browser.hosted_pages(&world.emulator, ADA, &first);
    assert!(browser.come_back(&callback).await.status < 500, "an evicted flow is a page, not a failure");
    world.pass(601);
    assert_eq!(flows(), 0, "ten minutes, and the browser forgets them");
}

pub async fn r22_login_begins_for_page_loads_only(stage: Stage) {
    let world = stage.world().await;
    let browser = world.browser();
    for request in [
        page("/auth/login").header("sec-purpose", "prefetch"),
        page("/auth/login").method("HEAD"),
        page("/auth/login").header("sec-fetch-dest", "iframe"),
        fetch("/auth/login"),
        form("/auth/login"),
    ] {
        let answer = browser.send(request.clone()).await;
        assert_eq!(answer.cookies(), 0, "{request:?}");
        assert!(!answer.location().starts_with(world.emulator.url()), "{request:?}");
        assert!(
            !answer.location().starts_with("/auth/login"),
            "r47: it does not lead to itself: {request:?}"
        );
    }
    assert_eq!(browser.names(), [""; 0]);
}

pub async fn r27_every_login_makes_a_new_session_and_ends_the_former(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let former = browser.copy();
    let begun = browser.visit("/auth/login?prompt=login").await;
    let callback = browser.hosted_pages(&world.emulator, BOB, &begun);
    let answer = browser.come_back(&callback).await;
    assert_eq!(answer.status, 303);
    assert_eq!(browser.visit("/me").await.says(), (200, BOB_ID));
    assert_eq!(former.call("/me").await.status, 401, "a copy of the former session is over");
    for own in browser.sealed_names().into_iter().chain(browser.marker_name()) {
        assert_ne!(browser.jar().value(&own), former.jar().value(&own), "{own}");
    }
}

pub async fn r39_a_login_never_leads_to_another_site(stage: Stage) {
    let world = stage.world().await;
    for target in [
        "//evil.example/",
        "///evil.example/",
        "https://evil.example/",
        "HTTPS://evil.example/",
        "https:evil.example",
        "/%09/evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%5Cevil.example",
        "/%2f/evil.example",
        "%2F%2Fevil.example",
        "/./%2f/evil.example",
        "/.//evil.example",
        "/..//evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "//user@evil.example/",
        "/%0d%0aSet-Cookie:%20a=b",
        "/%00",
    ] {
        for parameter in ["return_to", "returnTo"] {
            let browser = world.browser();
            let encoded: String = url::form_urlencoded::byte_serialize(target.as_bytes()).collect();
            let login = format!("/auth/login?{parameter}={encoded}");
            let answer = browser.finish_login(&world.emulator, ADA, &login).await;
            let landed = browser.origin.join(answer.location()).unwrap();
            assert_eq!(landed.origin(), browser.origin.origin(), "{target} led to {}", answer.location());
            assert!(answer.location().starts_with('/') && !answer.location().starts_with("//"), "{target}");
            assert!(!answer.location().contains('\\'), "{target} led to {}", answer.location());
        }
    }
}

pub async fn r52_a_callback_that_is_loaded_again_redeems_no_second_code(stage: Stage) {
    let world = stage.world().await;
    let browser = world.browser();
    let begun = browser.visit("/auth/login?return_to=/me").await;
    let callback = browser.hosted_pages(&world.emulator, ADA, &begun);
    let scanned = browser.look(page(callback.clone()).method("HEAD")).await;
    assert_eq!((scanned.status, scanned.cookies()), (204, 0), "a link scanner changes nothing");
    assert_eq!(browser.come_back(&callback).await.leads(), (303, "/me"));
    assert_eq!(browser.come_back(&callback).await.leads(), (303, "/me"), "the back button leads on");
    assert_eq!(world.browser().come_back(&callback).await.status, 400, "another browser may begin again");
    assert_eq!(world.emulator.calls().token_code, 1);
}

pub async fn r52_an_error_of_scalekit_is_a_page_that_offers_to_begin_again(stage: Stage) {
    let world = stage.world().await;
    let browser = world.browser();
    let other = browser.visit("/auth/login?return_to=/name").await;
    let begun = browser.visit("/auth/login?return_to=/me").await;
    let answer =
        browser.come_back(&format!("/auth/callback?error=access_denied&state={}", state_of(&begun))).await;
    assert_eq!((answer.status, answer.location()), (400, ""), "no redirect to login by itself");
    assert!(answer.body.contains("return_to=%2Fme"), "{}", answer.body);
    answer.assert_private();
    let callback = browser.hosted_pages(&world.emulator, ADA, &other);
    assert_eq!(browser.come_back(&callback).await.leads(), (303, "/name"), "the other flow goes on");
}

pub async fn r43_r52_a_callback_of_somebody_else_signs_nobody_in(stage: Stage) {
    let world = stage.world().await;
    let (victim, attacker) = (world.browser(), world.browser());
    let begun = attacker.visit("/auth/login").await;
    let callback = attacker.hosted_pages(&world.emulator, BOB, &begun);
    assert_eq!(victim.come_back(&callback).await.status, 400, "the flow is another browser's");
    let own = victim.visit("/auth/login").await;
    let state = state_of(&own);
    let code = callback.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).unwrap();
    for query in [
        format!("code={code}&state={state}&state={state}"),
        format!("code={code}&code=other&state={state}"),
        format!("code={code}"),
        format!("state={state}"),
        String::new(),
    ] {
        let answer = victim.look(page(format!("/auth/callback?{query}")).from(Initiator::OtherSite)).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.removals().len() == answer.cookies(), "{query} signed somebody in");
    }
    // With the victim's own state the code still is another verifier's.
    let answer = victim.come_back(&format!("/auth/callback?code={code}&state={state}")).await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    assert_eq!(victim.visit("/maybe").await.body, "anonymous");
}

pub async fn r42_tokens_that_are_not_what_they_should_be_sign_nobody_in(stage: Stage) {
    let world = stage.world().await;
    for tamper in [
        Tamper::WrongIssuer("https://evil.example".to_owned()),
        Tamper::WrongAudience("skc_another".to_owned()),
        Tamper::WrongAlgorithm(ForgedAlgorithm::None),
        Tamper::WrongAlgorithm(ForgedAlgorithm::Hs256),
        Tamper::IdTokenAsAccessToken,
        Tamper::MissingExp,
        Tamper::WrongNonce,
        Tamper::WrongAtHash,
        Tamper::ClockOffset(-4000),
    ] {
        let browser = world.browser();
        let begun = browser.visit("/auth/login?return_to=/me").await;
        let callback = browser.hosted_pages(&world.emulator, ADA, &begun);
        world.emulator.faults().tamper(tamper.clone());
        let answer = browser.come_back(&callback).await;
        assert!(answer.status >= 400 && answer.location().is_empty(), "{tamper:?}: {}", answer.status);
        world.emulator.faults().clear();
        assert_eq!(browser.visit("/maybe").await.body, "anonymous", "{tamper:?}");
    }
    for tamper in [Tamper::AudienceAsString, Tamper::ClockOffset(11), Tamper::ClockOffset(-11)] {
        let browser = world.browser();
        let begun = browser.visit("/auth/login?return_to=/me").await;
        let callback = browser.hosted_pages(&world.emulator, ADA, &begun);
        world.emulator.faults().tamper(tamper.clone());
        assert_eq!(browser.come_back(&callback).await.status, 303, "{tamper:?}");
        world.emulator.faults().clear();
        assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID), "r41: {tamper:?} is fine");
    }
}

pub async fn r55_another_sites_link_does_not_choose_who_is_signed_in(stage: Stage) {
    let world = stage.world().await;
    for selector in ["organization_id=org_evil", "connection_id=conn_evil", "provider=google", "prompt=login"]
    {
        let browser = world.signed_in(ADA).await;
        let before = browser.cookies("/");
        let link = page(format!("/auth/login?{selector}&return_to=/me")).from(Initiator::OtherSite);
        let asked = browser.send(link.clone()).await;
        assert_eq!((asked.status, asked.location()), (200, ""), "{selector}: a page that asks first");
        assert_eq!(browser.cookies("/"), before, "{selector}");
        assert_eq!(
            world.browser().send(link).await.status,
            303,
            "{selector}: a stranger has nothing to lose"
        );
    }
}

fn state_of(begun: &Answer) -> String {
    let url = Url::parse(begun.location()).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}
