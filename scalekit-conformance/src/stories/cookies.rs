//! What is in the jar, and what is made of it when it comes back.

use std::collections::BTreeSet;

use crate::browser::{Jar, form, page};
use crate::visitor::Visitor;
use crate::world::{ADA, ADA_ID, BOB, MIA, Stage};

type Tear<'a> = Box<dyn Fn(&mut Jar) + 'a>;

pub async fn r14_r17_a_session_of_many_permissions_grows_and_shrinks(stage: Stage) {
    let world = stage.world().await;
    let browser = world.browser();
    assert_eq!(browser.log_in(&world.emulator, MIA, "/invoices").await, "/invoices");
    assert_eq!(browser.open("/invoices").await.status, 200);
    let many = browser.names();
    let name = browser.session_name().unwrap();
    assert!(many.contains(&format!("{name}.1")), "two hundred permissions take two cookies: {many:?}");

    world.emulator.set_permissions(MIA, ["invoices:read"]);
    world.expire();
    assert_eq!(browser.open("/invoices").await.status, 200);
    assert_eq!(world.refreshes(), 1);
    assert!(!browser.names().contains(&format!("{name}.1")), "the chunk went: {:?}", browser.names());
    world.emulator.set_permissions(MIA, many_permissions(150));
    world.expire();
    assert_eq!(browser.open("/me").await.status, 200);
    assert!(browser.names().contains(&format!("{name}.1")), "and came again: {:?}", browser.names());

    let answer = browser.send(form("/auth/logout")).await;
    assert!(answer.location().starts_with(world.emulator.url()));
    assert_eq!(browser.names(), [""; 0]);
}

pub async fn r16_r18_torn_and_mixed_chunks_are_nobody(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(MIA).await;
    let name = browser.session_name().unwrap();
    let former = browser.copy();
    world.expire();
    assert_eq!(browser.open("/me").await.status, 200);
    let (first, second) = (name.clone(), format!("{name}.1"));
    let of = |tab: &Visitor, name: &str| tab.jar().value(name).unwrap().to_owned();
    let old = (of(&former, &first), of(&former, &second));
    let torn: [Tear<'_>; 5] = [
        Box::new(|jar| jar.lose(|own| own == second)),
        Box::new(|jar| jar.alter(&first, |_| old.0.clone())),
        Box::new(|jar| jar.alter(&second, |_| old.1.clone())),
        Box::new(|jar| jar.alter(&second, |value| value.chars().rev().collect())),
        Box::new(|jar| jar.alter(&first, |value| value[..value.len() - 8].to_owned())),
    ];
    for (number, tear) in torn.iter().enumerate() {
        let tab = browser.copy();
        tear(&mut tab.jar());
        let answer = tab.visit("/maybe").await;
        assert_eq!((answer.says(), answer.cookies()), ((200, "anonymous"), 0), "{number}: nobody, and kept");
    }
    for similar in [format!("{name}_other"), format!("{name}.10"), format!("{name}x"), format!("{name}.01")] {
        browser.take(&format!("{similar}=1; Path=/; Secure")).unwrap();
    }
    assert_eq!(browser.open("/me").await.status, 200, "similar names are not ours");
}

pub async fn r16_r43_rubbish_under_our_names_is_nobody(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let name = browser.session_name().unwrap();
    let marker = browser.marker_name().unwrap();
    let marker = format!("{marker}={}", browser.jar().value(&marker).unwrap());
    for rubbish in [
        format!("{name}=x"),
        format!("{name}="),
        format!("{name}=%00"),
        format!("{name}=\"quoted\""),
        format!("{name}={}", "A".repeat(7000)),
        format!("{name}=AgAAAA; {name}.1=AgAAAA; {name}.99999999999999999999=A"),
        format!("{name}.00=A; {name}.+1=A; {name}.1=A; {name}.1=A; {name}.7=A"),
        (0..200).map(|number| format!("{name}.{number}=A")).collect::<Vec<_>>().join("; "),
    ] {
        let answer = browser.look(page("/maybe").header("cookie", format!("{marker}; {rubbish}"))).await;
        assert_eq!((answer.says(), answer.cookies()), ((200, "anonymous"), 0), "{:.60}", rubbish);
    }
}

pub async fn r37_a_session_that_cannot_be_read_does_not_stop_a_login(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    for name in browser.sealed_names() {
        browser.jar().alter(&name, |value| value[..value.len() - 8].to_owned());
    }
    assert_eq!(browser.visit("/maybe").await.says(), (200, "anonymous"));
    assert_eq!(browser.log_in(&world.emulator, ADA, "/me").await, "/me", "login works over the rubble");
    assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID));
}

pub async fn r18_any_cookie_that_a_full_jar_forgets_costs_at_most_a_login(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(MIA).await;
    for lost in browser.names() {
        let tab = browser.copy();
        tab.jar().lose(|name| name == lost);
        let opened = tab.open("/me").await;
        // In the split layout a lost access cookie looks like one that is dropped each time: that ends on a page (R47).
        assert!([200, 303, 400].contains(&opened.status), "without {lost}: {}", opened.status);
        if opened.status != 200 {
            let login = tab.finish_login(&world.emulator, MIA, "/auth/login?return_to=/me").await;
            assert_eq!(login.leads(), (303, "/me"), "without {lost}");
        }
        assert_eq!(tab.visit("/me").await.status, 200, "without {lost}");
    }
}

pub async fn r30_data_without_its_marker_is_nobody(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let marker = browser.marker_name().unwrap();
    browser.jar().lose(|own| own == marker);
    assert_eq!(browser.visit("/maybe").await.says(), (200, "anonymous"));
    assert_eq!(browser.at(world.another_instance().await).visit("/maybe").await.says(), (200, "anonymous"));
}

pub async fn r21_a_sealed_value_opens_under_its_own_name_only(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    browser.visit("/auth/login?return_to=/name").await;
    let session = browser.session_name().unwrap();
    let names: BTreeSet<String> = browser.names().into_iter().filter(|name| *name != session).collect();
    assert!(names.iter().any(|name| name.contains("-tx-")), "a flow is under way: {names:?}");
    for other in names {
        let tab = browser.copy();
        let value = tab.jar().value(&other).unwrap().to_owned();
        tab.jar().alter(&session, |_| value.clone());
        assert_eq!(tab.visit("/maybe").await.says(), (200, "anonymous"), "the value of {other}");
    }
}

pub async fn r23_a_sibling_that_tosses_cookies_changes_nothing(stage: Stage) {
    let world = stage.world().await;
    let (victim, attacker) = (world.signed_in(ADA).await, world.signed_in(BOB).await);
    for name in attacker.names().into_iter().filter(|name| name.starts_with("__Host-")) {
        let value = attacker.jar().value(&name).unwrap().to_owned();
        for attributes in ["Domain=app.test; Path=/; Secure", "Domain=app.test; Path=/me; Secure"] {
            let tossed = victim.take_from("https://evil.app.test/", &format!("{name}={value}; {attributes}"));
            assert!(tossed.is_err(), "browsers protect the prefix");
            // A parser that trims or decodes names would take these for ours.
            let plain = name.trim_start_matches("__Host-");
            for imitation in [
                format!("%5F%5FHost-{plain}"),
                format!("__Host%2D{plain}"),
                format!("\u{2000}__Host-{plain}"),
                format!("\u{85}__Host-{plain}"),
                plain.to_owned(),
            ] {
                victim
                    .take_from("https://evil.app.test/", &format!("{imitation}={value}; {attributes}"))
                    .unwrap();
            }
        }
    }
    assert_eq!(victim.visit("/me").await.says(), (200, ADA_ID));
    world.expire();
    assert_eq!(victim.open("/me").await.says(), (200, ADA_ID));
    // Without cookies of her own she is nobody, not Bob.
    victim.send(form("/auth/logout")).await;
    assert_eq!(victim.visit("/maybe").await.says(), (200, "anonymous"));
}

pub async fn r43_names_that_only_look_like_ours_are_not_ours(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let cookies = browser.cookies("/");
    assert_eq!(
        browser.look(page("/maybe").header("cookie", cookies.as_str())).await.body,
        format!("active {ADA_ID}")
    );
    for (from, to) in [
        ("__Host-", "%5F%5FHost-"),
        ("__Host-", "__Host%2d"),
        ("__Host-", "__host-"),
        ("__Host-", "=__Host-"),
        ("__Host-", "\u{2000}__Host-"),
        ("__Host-", "\u{85}__Host-"),
        ("__Host-", "\u{a0}__Host-"),
    ] {
        let imitation = cookies.replace(from, to);
        let answer = browser.look(page("/maybe").header("cookie", imitation.as_str())).await;
        assert_eq!(answer.says(), (200, "anonymous"), "{to:?}");
        let answer = browser.look(page("/me").header("cookie", imitation.as_str())).await;
        assert_eq!(answer.status, 303, "{to:?}");
    }
}

pub async fn r25_the_handlers_own_cookies_stay_lines_of_their_own(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let answer = browser.visit("/own-cookies").await;
    let lines = answer.set_cookies();
    let own: Vec<_> = lines.iter().copied().filter(|line| !line.starts_with("__Host-")).collect();
    assert_eq!(own, ["theme=dark; Path=/", "language=en, or so; Path=/"], "untouched, in order");
    assert!(lines.len() > own.len(), "ours are there too");
    assert!(lines.iter().all(|line| line.matches("Path=/").count() == 1), "one cookie a line");
    assert_eq!(browser.visit("/own-cookies").await.cookies(), 2, "nothing of ours without a change");
    assert_eq!((browser.visit("/me").await.says(), world.refreshes()), ((200, ADA_ID), 1));
}

pub async fn r25_whatever_the_handler_answers_the_successor_arrives(stage: Stage) {
    let world = stage.world().await;
    for path in ["/status/404", "/status/422", "/status/304", "/status/500", "/moved", "/cached"] {
        let browser = world.expired(ADA).await;
        let answer = browser.visit(path).await;
        assert!(answer.cookies() >= 1, "{path}: {}", answer.status);
        // A quarter of an hour later nobody keeps the successor any more: what counts is what arrived.
        world.pass(3600);
        assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID), "{path}");
    }
}

pub async fn r26_the_cookies_of_a_stream_are_in_its_head(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let (head, first, _rest) = browser.begin_stream("/stream").await;
    assert_eq!(head.status, 200);
    assert!(head.cookies() >= 1, "the body has not ended, and never will");
    head.assert_private();
    assert_eq!(first, format!("data: hello {ADA_ID}\n\n"));
    browser.keep(&head);
    assert_eq!((browser.visit("/me").await.says(), world.refreshes()), ((200, ADA_ID), 1));
}

pub async fn r28_cookies_live_no_longer_than_their_session(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let name = browser.session_name().unwrap();
    let (data, marker) = (name.clone(), format!("{name}-live"));
    let until = |name: &str| browser.jar().kept_until(name).unwrap();
    assert!(until(&marker) >= until(&data), "the marker outlives the data");
    assert!(until(&marker) <= browser.now() + 400 * 24 * 3600);
    let before = until(&data);
    world.expire();
    browser.visit("/me").await;
    assert!(until(&data) <= before + world.life.as_secs() + 1, "a refresh moves no absolute limit");
}

fn many_permissions(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("resource{number:04}:read"))
}
