//! The split layout: which cookies there are, where they are sent, how long they live and how they go.

use std::collections::BTreeSet;

use crate::browser::{Answer, Initiator, fetch, form, page};
use crate::cache::SharedCache;
use crate::layout::{REFRESH, hop, refresh};
use crate::visitor::Visitor;
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, MIA, Stage, World};

const MARKER: &str = "__Host-scalekit-live";
const ACCESS: &str = "__Host-accessToken";
const REFRESH_COOKIE: &str = "__Secure-refreshToken";
const ID: &str = "__Secure-idToken";
const MONTH: u64 = 30 * 24 * 3600;

pub async fn r20_r28_each_split_cookie_has_a_path_and_a_life_of_its_own(stage: Stage) {
    let world = stage.world().await;
    let login = log_in(&world, ADA).await;
    // Tokens of 300 s are refreshed 30 s before their end, give or take a tenth.
    for (name, path, lives) in [
        (MARKER, "/", MONTH..=MONTH),
        (ACCESS, "/", 266..=273),
        (REFRESH_COOKIE, REFRESH, MONTH..=MONTH),
        (ID, "/auth", MONTH..=MONTH),
    ] {
        let line = line_of(&login, name);
        for attribute in [format!("Path={path}").as_str(), "HttpOnly", "Secure", "SameSite=Lax"] {
            assert!(attributes(&line).any(|own| own == attribute), "{name} has no {attribute}: {line}");
        }
        assert!(
            !attributes(&line).any(|own| own.starts_with("Domain")),
            "{name} is this host's alone: {line}"
        );
        let age = max_age(&line);
        assert!(lives.contains(&age), "{name} lives {age} s");
    }
    let kept = login.set_cookies().len() - login.removals().len();
    assert!((4..=5).contains(&kept), "these, and the loop guard: {:?}", login.set_cookies());
}

pub async fn r28_a_refresh_moves_no_limit_of_the_split_cookies(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let until = |name: &str| browser.jar().kept_until(name).unwrap();
    let limits = [MARKER, REFRESH_COOKIE, ID].map(until);
    let first = browser.jar().value(MARKER).unwrap().to_owned();
    for _ in 0..3 {
        world.expire();
        assert_eq!(browser.send(refresh()).await.status, 204);
        assert!((266..=273).contains(&(until(ACCESS) - browser.now())), "a new token, a new life");
        assert_eq!([MARKER, REFRESH_COOKIE, ID].map(until), limits, "thirty days after the login it is over");
        assert_eq!(browser.jar().value(MARKER), Some(first.as_str()), "only a login writes a marker");
    }
}

pub async fn r41_an_access_cookie_lives_a_second_at_least(stage: Stage) {
    let world = stage.setup().life(1).open().await;
    let login = log_in(&world, ADA).await;
    assert_eq!(max_age(&line_of(&login, ACCESS)), 1, "none would remove it");
}

pub async fn r20_a_request_carries_no_token_that_it_does_not_need(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(MIA).await;
    let sent = |path: &str| -> BTreeSet<String> {
        let cookies = browser.cookies(path);
        let names = cookies.split("; ").filter_map(|pair| pair.split_once('=').map(|(name, _)| name));
        // Whatever a cookie of several parts is called.
        names
            .filter(|name| !name.ends_with("-loop"))
            .map(|name| name.split('.').next().unwrap().to_owned())
            .collect()
    };
    let everywhere = BTreeSet::from([MARKER, ACCESS].map(str::to_owned));
    for path in ["/", "/me", "/invoices?a=/auth/refresh", "/authors", "/auth-refresh"] {
        assert_eq!(sent(path), everywhere, "{path}");
    }
    let with = |more: &[&str]| {
        everywhere.iter().cloned().chain(more.iter().map(|name| (*name).to_owned())).collect()
    };
    for path in ["/auth/login", "/auth/callback", "/auth/logout", "/auth/refresher"] {
        assert_eq!(sent(path), with(&[ID]), "{path}");
    }
    assert_eq!(sent(REFRESH), with(&[ID, REFRESH_COOKIE]));
}

pub async fn r17_r48_the_access_cookie_can_be_kept_to_one_path(stage: Stage) {
    let world = stage.setup().variable("SCALEKIT_ACCESS_COOKIE_PATH", "/api").open().await;
    let browser = world.browser();
    let login = log_in_at(&world, &browser, MIA, "/api/me").await;
    let line = line_of(&login, "__Secure-accessToken");
    assert!(attributes(&line).any(|own| own == "Path=/api"), "{line}");
    assert!(browser.names().contains(&"__Secure-accessToken.1".to_owned()), "{:?}", browser.names());
    assert!(!browser.cookies("/me").contains("accessToken"), "not sent elsewhere");
    let id = browser.call("/api/me").await;
    assert_eq!(id.status, 200);
    assert_eq!(
        browser.call("/me").await.problem("code"),
        "session_expired",
        "as far as anybody can tell there"
    );

    world.expire();
    assert_eq!(browser.open("/api/me?a=b").await.says(), (200, id.body.as_str()));
    world.expire();
    assert_eq!(browser.ask("/api/me").await.says(), (200, id.body.as_str()));
    assert_eq!(world.refreshes(), 2);
    assert_eq!(
        browser.open("/me").await.leads(),
        (400, ""),
        "a page beyond the path ends on a page, not in a loop"
    );
    assert_eq!(browser.send(form("/auth/logout")).await.status, 303);
    assert_eq!(browser.names(), [""; 0], "with every part, at the path of each");
}

pub async fn r23_a_tossed_refresh_cookie_beside_the_genuine_one_changes_nothing(stage: Stage) {
    let world = stage.world().await;
    for (whose, before) in [("Bob's", true), ("Bob's", false), ("rubbish", true), ("rubbish", false)] {
        let bob = world.signed_in(BOB).await;
        let victim = world.browser();
        let value = if whose == "rubbish" { "rubbish".to_owned() } else { value_of(&bob, REFRESH_COOKIE) };
        if before {
            toss(&victim, REFRESH_COOKIE, &value);
        }
        log_in_at(&world, &victim, ADA, "/me").await;
        if !before {
            toss(&victim, REFRESH_COOKIE, &value);
        }
        world.emulator.reset_calls();
        for round in 1..=3 {
            world.expire();
            let answer = victim.send(refresh()).await;
            assert_eq!(answer.status, 204, "{whose}, before: {before}, round {round}");
            assert_eq!(
                victim.call("/me").await.says(),
                (200, ADA_ID),
                "{whose}, before: {before}, round {round}"
            );
            world.expire();
            let opened = victim.open("/me").await;
            assert_eq!(opened.says(), (200, ADA_ID), "{whose}, before: {before}, round {round}");
        }
        assert_eq!(world.refreshes(), 6, "{whose}: nobody else's token is spent");
        assert_eq!(bob.ask("/me").await.says(), (200, BOB_ID), "{whose}: Bob has his own");
    }
}

pub async fn r23_a_tossed_refresh_cookie_alone_refreshes_nobody(stage: Stage) {
    let world = stage.world().await;
    let (bob, former) = (world.signed_in(BOB).await, world.signed_in(ADA).await);
    let values = [
        ("of another user", value_of(&bob, REFRESH_COOKIE)),
        ("of another session", value_of(&former, REFRESH_COOKIE)),
    ];
    for (whose, value) in values {
        let victim = world.expired(ADA).await;
        let calls = world.refreshes();
        victim.jar().lose(|name| name == REFRESH_COOKIE);
        toss(&victim, REFRESH_COOKIE, &value);
        let answer = victim.send(refresh()).await;
        assert_eq!((answer.status, answer.cookies()), (401, 0), "{whose}");
        let hopped = victim.send(hop("/me")).await;
        assert_eq!(hopped.leads(), (303, "/auth/login?return_to=%2Fme"), "{whose}");
        assert_eq!(world.refreshes(), calls, "{whose}: the token is not spent for somebody else");

        let stranger = world.browser();
        toss(&stranger, REFRESH_COOKIE, &value);
        let answer = stranger.send(refresh()).await;
        assert_eq!(answer.cookies(), answer.removals().len(), "{whose}, without a marker");
        assert_eq!((answer.status, world.refreshes()), (401, calls), "{whose}, without a marker");
    }
    assert_eq!(bob.ask("/me").await.says(), (200, BOB_ID));
}

pub async fn r23_tossed_tokens_of_another_user_are_nobodys(stage: Stage) {
    let world = stage.world().await;
    let bob = world.signed_in(BOB).await;
    let victim = world.signed_in(ADA).await;
    toss(&victim, ID, &value_of(&bob, ID));
    let access = format!("{MARKER}={}; {ACCESS}={}", value_of(&victim, MARKER), value_of(&bob, ACCESS));
    let mixed = victim.look(fetch("/me").header("cookie", access.as_str())).await;
    assert_eq!((mixed.status, mixed.problem("code"), mixed.cookies()), (401, "session_expired".into(), 0));
    let both = format!("{access}; {ACCESS}={}", value_of(&victim, ACCESS));
    let answer = victim.look(fetch("/me").header("cookie", both.as_str())).await;
    assert_eq!(
        (answer.says(), answer.cookies()),
        ((200, ADA_ID), 0),
        "of two, that of the marker's session counts"
    );
    assert_eq!(victim.visit("/name").await.status, 200);
}

pub async fn r21_a_sealed_token_opens_under_its_own_name_only(stage: Stage) {
    let world = stage.world().await;
    for (name, others) in [(REFRESH_COOKIE, [ACCESS, ID]), (ACCESS, [REFRESH_COOKIE, ID])] {
        for other in others {
            let browser = world.signed_in(ADA).await;
            let value = value_of(&browser, other);
            browser.jar().alter(name, |_| value.clone());
            let refreshed = if name == ACCESS {
                None
            } else {
                world.expire();
                Some(browser.send(refresh()).await.status)
            };
            assert!(refreshed.is_none_or(|status| status == 401), "{other} as {name}: {refreshed:?}");
            assert_eq!(browser.call("/me").await.problem("code"), "session_expired", "{other} as {name}");
            assert_eq!(world.refreshes(), 0, "{other} as {name}");
        }
    }
}

pub async fn r17_r29_logout_removes_every_split_cookie_whatever_was_sent(stage: Stage) {
    let world = stage.world().await;
    let all = [REFRESH_COOKIE, ID, ACCESS, MARKER];
    let kept: [(&str, &[&str]); 6] = [
        ("everything", &all),
        ("no access cookie", &[REFRESH_COOKIE, ID, MARKER]),
        ("a marker alone", &[MARKER]),
        ("no marker", &[REFRESH_COOKIE, ID, ACCESS]),
        ("a refresh cookie alone", &[REFRESH_COOKIE]),
        ("nothing", &[]),
    ];
    for (case, kept) in kept {
        for rubbish in [false, true] {
            let browser = world.signed_in(MIA).await;
            browser.jar().lose(|name| !kept.contains(&name.split('.').next().unwrap()));
            for (name, part) in
                [REFRESH_COOKIE, ID, ACCESS].into_iter().flat_map(|name| [(name, 3), (name, 7)])
            {
                if rubbish {
                    browser.take(&format!("{name}.{part}=rubbish; Path={}; Secure", place(name))).unwrap();
                }
            }
            assert_eq!(browser.send(form("/auth/logout")).await.status, 303, "{case}");
            assert_eq!(browser.names(), [""; 0], "{case}");
            assert_eq!(browser.visit("/maybe").await.body, "anonymous", "{case}");
        }
    }
}

pub async fn r34_a_logout_finds_the_id_token_that_pages_are_not_sent(stage: Stage) {
    let world = stage.world().await;
    for request in [form("/auth/logout"), page("/auth/logout")] {
        for expired in [false, true] {
            let browser = world.signed_in(ADA).await;
            if expired {
                world.expire();
            }
            let answer = browser.send(request.clone()).await;
            assert!(
                answer.location().contains("id_token_hint="),
                "expired: {expired}: {}",
                answer.location()
            );
            assert_eq!(browser.names(), [""; 0]);
        }
    }
}

pub async fn r25_the_handlers_own_cookies_stay_beside_a_split_session(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let answer = browser.open("/own-cookies").await;
    assert_eq!(answer.set_cookies(), ["theme=dark; Path=/", "language=en, or so; Path=/"]);
    assert_eq!((browser.visit("/me").await.says(), world.refreshes()), ((200, ADA_ID), 1));
}

pub async fn r24_no_cache_keeps_what_the_refresh_route_says(stage: Stage) {
    let world = stage.world().await;
    let cache = SharedCache::default();
    let (expired, fresh) = (world.expired(ADA).await, world.signed_in(BOB).await);
    for browser in [&expired, &fresh, &world.browser()] {
        for request in
            [hop("/me"), fetch(REFRESH), page(REFRESH), hop("/me").header("sec-purpose", "prefetch")]
        {
            cache.send(browser, request).await;
        }
        for request in [refresh(), hop("/me"), refresh().from(Initiator::OtherSite), fetch(REFRESH)] {
            browser.send(request).await.assert_private();
        }
    }
    let again = world.expired(ADA).await;
    cache.send(&again, page("/me")).await.assert_private();
    assert_eq!(cache.len(), 0);
}

/// The answer of the callback after a login.
async fn log_in(world: &World, email: &str) -> Answer {
    log_in_at(world, &world.browser(), email, "/me").await
}

async fn log_in_at(world: &World, browser: &Visitor, email: &str, path: &str) -> Answer {
    let refused = browser.open(path).await;
    let login = browser.finish_login(&world.emulator, email, refused.location()).await;
    assert_eq!(login.leads(), (303, path));
    world.emulator.reset_calls();
    login
}

/// A page on another host of the site sets a cookie for all of them.
fn toss(victim: &Visitor, name: &str, value: &str) {
    let line = format!("{name}={value}; Domain=app.test; Path={}; Secure", place(name));
    victim.take_from("https://evil.app.test/", &line).unwrap();
}

fn place(name: &str) -> &'static str {
    match name {
        REFRESH_COOKIE => REFRESH,
        ID => "/auth",
        _ => "/",
    }
}

fn value_of(browser: &Visitor, name: &str) -> String {
    browser.jar().value(name).unwrap().to_owned()
}

/// The line that sets a cookie.
fn line_of(answer: &Answer, name: &str) -> String {
    let lines = answer.set_cookies();
    let line = lines.iter().find(|line| line.starts_with(&format!("{name}=")) && !line.contains("Max-Age=0"));
    line.unwrap_or_else(|| panic!("no cookie {name} in {lines:?}")).to_string()
}

fn attributes(line: &str) -> impl Iterator<Item = &str> {
    line.split("; ").skip(1)
}

fn max_age(line: &str) -> u64 {
    attributes(line).find_map(|own| own.strip_prefix("Max-Age=")).unwrap().parse().unwrap()
}
