//! The split layout: answers of the refresh route that arrive in every order, from several instances, after a logout or
//! after the next login.

use scalekit_emulator::Fault;

use crate::browser::{fetch, form};
use crate::layout::{hop, refresh};
use crate::schedule::{assignments, orders};
use crate::soon::soon;
use crate::stories::races::play;
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, Stage};

pub async fn r02_r54_no_order_of_arrival_loses_a_split_session(stage: Stage) {
    // Tokens of 20 s, and 7 s between events: tokens rotate while answers are under way, for less than a minute.
    let world = stage.setup().life(20).open().await;
    for order in orders(4) {
        let browser = world.expired(ADA).await;
        let requests = [refresh(), hop("/me"), refresh(), hop("/invoices")];
        for answer in play(&world, &browser, &order, &requests, None, 7).await {
            assert!(
                [(204, ""), (303, "/me"), (303, "/invoices")].contains(&answer.leads()),
                "{order:?}: {}",
                answer.status
            );
        }
        for round in 0..3 {
            assert_eq!(browser.ask("/me").await.says(), (200, ADA_ID), "round {round} after {order:?}");
            world.expire();
        }
    }
}

pub async fn r04_no_order_over_two_instances_loses_a_split_session(stage: Stage) {
    let world = stage.world().await;
    let second = world.another_instance().await;
    for instances in assignments(3, 2) {
        for order in orders(3) {
            let browser = world.expired(ADA).await;
            let instances: Vec<_> = instances.iter().map(|&at| [world.address, second][at]).collect();
            let requests = [refresh(), hop("/me"), refresh()];
            for answer in play(&world, &browser, &order, &requests, Some(&instances), 0).await {
                assert!(
                    [204, 303].contains(&answer.status) && !answer.location().starts_with("/auth"),
                    "{order:?}"
                );
            }
            assert_eq!(browser.ask("/me").await.says(), (200, ADA_ID), "after {order:?}");
            world.expire();
            assert_eq!(browser.at(second).open("/me").await.says(), (200, ADA_ID), "later, after {order:?}");
        }
    }
}

pub async fn r04_who_comes_second_with_the_refresh_cookie_deletes_nothing(stage: Stage) {
    // Without a grace period the second instance is told that the refresh token is spent.
    let world = stage.setup().grace(0).open().await;
    let second = world.another_instance().await;
    for winner_arrives_last in [false, true] {
        let browser = world.expired(ADA).await;
        let winner = browser.look(refresh()).await;
        let loser = browser.at(second).look(refresh()).await;
        assert_eq!(
            (winner.status, loser.status, loser.cookies()),
            (204, 401, 0),
            "16a: nobody, and nothing deleted"
        );
        let arrivals = if winner_arrives_last { [&loser, &winner] } else { [&winner, &loser] };
        arrivals.into_iter().for_each(|answer| browser.keep(answer));
        assert_eq!(
            browser.at(second).call("/me").await.says(),
            (200, ADA_ID),
            "the winner's cookies are there"
        );
        world.expire();
        assert_eq!(browser.at(second).open("/me").await.says(), (200, ADA_ID));
    }
}

pub async fn r30_a_late_refresh_does_not_bring_a_split_session_back_after_logout(stage: Stage) {
    let world = stage.world().await;
    let second = world.another_instance().await;
    for address in [world.address, second] {
        for request in [refresh(), hop("/me")] {
            let browser = world.expired(ADA).await;
            let late = browser.at(address).look(request).await;
            assert!(late.cookies() >= 2, "{}", late.of);
            assert_eq!(browser.send(form("/auth/logout")).await.status, 303);
            browser.keep(&late);
            for address in [world.address, second] {
                let tab = browser.at(address);
                assert_eq!(tab.visit("/maybe").await.body, "anonymous", "{}", late.of);
                assert_eq!(tab.call("/me").await.status, 401, "{}", late.of);
                assert_eq!(tab.send(refresh()).await.status, 401, "{}", late.of);
                assert_eq!(
                    tab.visit("/me").await.leads(),
                    (303, "/auth/login?return_to=%2Fme"),
                    "{}",
                    late.of
                );
            }
        }
    }
}

pub async fn r31_a_late_refresh_does_not_bring_the_former_user_back(stage: Stage) {
    let world = stage.world().await;
    for request in [refresh(), hop("/me")] {
        let browser = world.expired(ADA).await;
        let late = browser.look(request).await;
        browser.send(form("/auth/logout")).await;
        browser.log_in(&world.emulator, BOB, "/me").await;
        let refreshes = world.refreshes();
        browser.keep(&late);
        assert_ne!(browser.call("/me").await.body, ADA_ID, "{}", late.of);
        assert_eq!(
            browser.visit("/maybe").await.body,
            "anonymous",
            "the cookies of two sessions are no session"
        );
        // Bob's refresh cookie was overwritten: he may have to log in again, and is never Ada.
        assert_eq!(browser.send(refresh()).await.status, 401, "{}", late.of);
        assert_eq!(world.refreshes(), refreshes, "{}: Ada's successor is not used", late.of);
        // Sent there at once, or by a button where the hop that was overtaken left its guard.
        let led = browser.open("/me").await;
        let login = "/auth/login?return_to=%2Fme";
        assert!([(303, login), (400, "")].contains(&led.leads()), "{}: {:?}", late.of, led.leads());
        assert_eq!(
            browser.finish_login(&world.emulator, BOB, login).await.leads(),
            (303, "/me"),
            "{}",
            late.of
        );
        assert_eq!(browser.visit("/me").await.says(), (200, BOB_ID), "{}", late.of);
    }
}

pub async fn r27_the_next_login_ends_the_former_split_session(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let former = browser.copy();
    let login = browser.visit("/auth/login?prompt=login").await;
    let callback = browser.hosted_pages(&world.emulator, BOB, &login);
    assert_eq!(browser.come_back(&callback).await.status, 303);
    world.expire();
    assert_eq!(former.send(refresh()).await.status, 401, "a copy of its refresh cookie is of no use");
    assert_eq!(former.send(hop("/me")).await.leads(), (303, "/auth/login?return_to=%2Fme"));
    assert_eq!(browser.ask("/me").await.says(), (200, BOB_ID));
    assert_eq!(world.refreshes(), 1);
}

pub async fn r30_r32_nobody_picks_up_what_a_refresh_brought_after_logout(stage: Stage) {
    let world = stage.world().await;
    for hold_response in [false, true] {
        for request in [refresh(), hop("/me")] {
            let browser = world.expired(ADA).await;
            let (copied, tab) = (browser.copy(), browser.clone());
            let on_refresh = world.on_refresh();
            let gate = if hold_response { on_refresh.hold_response() } else { on_refresh.hold() };
            let late = tokio::spawn(async move { tab.look(request).await });
            soon(gate.arrived(1)).await;
            assert_eq!(browser.send(form("/auth/logout")).await.status, 303);
            gate.release();
            let late = soon(late).await.unwrap();
            assert!(
                late.status == 401 || late.leads() == (303, "/auth/login?return_to=%2Fme"),
                "{}",
                late.status
            );
            assert_eq!(late.cookies(), late.removals().len(), "{}: its session has ended", late.of);
            browser.keep(&late);
            let refreshes = world.refreshes();
            for tab in [&browser, &copied] {
                assert_eq!(tab.send(refresh()).await.status, 401, "{}", late.of);
                assert_eq!(tab.visit("/maybe").await.body, "anonymous", "{}", late.of);
            }
            assert_eq!(world.refreshes(), refreshes, "{}: nor is anything asked for", late.of);
            world.emulator.faults().clear();
        }
    }
}

pub async fn r30_a_logout_elsewhere_is_known_when_the_access_cookie_is_shown(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let copied = browser.copy();
    assert_eq!(browser.send(form("/auth/logout")).await.status, 303);
    // Still fresh by its seal, and over all the same.
    let called = copied.call("/me").await;
    assert_eq!(called.status, 401);
    assert_ne!(called.problem("code"), "session_expired", "a refresh would not help");
    assert_eq!(copied.send(refresh()).await.status, 401);
    world.on_refresh().inject(Fault::status(503));
    world.expire();
    assert_eq!(copied.send(refresh()).await.status, 401, "to know that takes no call");
    assert_eq!(copied.look(fetch("/me")).await.status, 401);
    assert_eq!(copied.open("/me").await.leads(), (303, "/auth/login?return_to=%2Fme"));
}
