//! Orders of arrival: requests are answered, and their answers delivered in every order there is.

use crate::browser::{Answer, Request, fetch, form, page};
use crate::schedule::{Event, assignments, orders};
use crate::slow::Late;
use crate::soon::soon;
use crate::visitor::Visitor;
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, Stage, World};

const ADA_ACTIVE: &str = "active usr_100000000000000001";

pub async fn r02_r54_no_order_of_arrival_loses_the_session(stage: Stage) {
    // Tokens of 20 s, and 7 s between events: tokens rotate while answers are under way, for less than a minute.
    let world = stage.setup().life(20).open().await;
    for order in orders(4) {
        let browser = world.expired(ADA).await;
        let requests = [page("/me"), fetch("/me"), fetch("/invoices"), page("/admin")];
        for answer in play(&world, &browser, &order, &requests, None, 7).await {
            assert_eq!(answer.says(), (200, ADA_ID), "{order:?}");
        }
        for round in 0..3 {
            assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID), "round {round} after {order:?}");
            world.expire();
        }
    }
}

pub async fn r04_no_order_of_arrival_over_two_instances_loses_the_session(stage: Stage) {
    let world = stage.world().await;
    let second = world.another_instance().await;
    for instances in assignments(3, 2) {
        for order in orders(3) {
            let browser = world.expired(ADA).await;
            let instances: Vec<_> = instances.iter().map(|&at| [world.address, second][at]).collect();
            let requests = [page("/me"), fetch("/me"), fetch("/admin")];
            for answer in play(&world, &browser, &order, &requests, Some(&instances), 0).await {
                assert_eq!(answer.says(), (200, ADA_ID), "{order:?}");
            }
            world.expire();
            assert_eq!(browser.at(second).visit("/me").await.says(), (200, ADA_ID), "after {order:?}");
        }
    }
}

pub async fn r04_who_comes_second_to_the_token_endpoint_deletes_nothing(stage: Stage) {
    // Without a grace period the second instance is told that the refresh token is spent.
    let world = stage.setup().grace(0).open().await;
    let second = world.another_instance().await;
    for winner_arrives_last in [false, true] {
        let browser = world.due(ADA).await;
        let (winner, loser) = both(&browser, second).await;
        assert_eq!((winner.says(), loser.says()), ((200, ADA_ID), (200, ADA_ID)), "its token is still good");
        assert_eq!(loser.cookies(), 0, "the loser neither writes nor deletes");
        deliver(&browser, &winner, &loser, winner_arrives_last);
        world.expire();
        assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID), "the winner's cookies are there");

        let browser = world.expired(ADA).await;
        let (winner, loser) = both(&browser, second).await;
        assert_eq!(
            (winner.status, loser.status, loser.cookies()),
            (200, 401, 0),
            "16a: nobody, and nothing deleted"
        );
        deliver(&browser, &winner, &loser, winner_arrives_last);
        assert_eq!(browser.at(second).visit("/me").await.says(), (200, ADA_ID));
    }
}

pub async fn r30_no_order_of_arrival_revives_a_session_after_logout(stage: Stage) {
    let world = stage.world().await;
    for order in orders(4) {
        let browser = world.expired(ADA).await;
        let requests = [page("/me"), fetch("/maybe"), form("/auth/logout"), fetch("/maybe")]
            .map(|request| rotating(&world, request));
        play(&world, &browser, &order, &requests, None, 0).await;
        assert_eq!(browser.visit("/maybe").await.body, "anonymous", "after {order:?}");
        world.expire();
        assert_eq!(browser.visit("/maybe").await.body, "anonymous", "later, after {order:?}");
    }
}

pub async fn r30_no_order_over_two_instances_revives_a_session_after_logout(stage: Stage) {
    let world = stage.world().await;
    let second = world.another_instance().await;
    for instances in assignments(3, 2) {
        for order in orders(3) {
            let browser = world.expired(ADA).await;
            let instances: Vec<_> = instances.iter().map(|&at| [world.address, second][at]).collect();
            let requests =
                [page("/me"), fetch("/maybe"), form("/auth/logout")].map(|request| rotating(&world, request));
            play(&world, &browser, &order, &requests, Some(&instances), 0).await;
            for address in [world.address, second] {
                assert_eq!(browser.at(address).visit("/maybe").await.body, "anonymous", "after {order:?}");
            }
        }
    }
}

pub async fn r31_no_order_of_arrival_brings_the_former_user_back(stage: Stage) {
    let world = stage.world().await;
    let second = world.another_instance().await;
    for address in [world.address, second] {
        for order in orders(2) {
            let browser = world.expired(ADA).await;
            let late = browser.at(address).look(world.rotating(fetch("/me"))).await;
            play(&world, &browser, &order, &[world.rotating(fetch("/maybe")), form("/auth/logout")], None, 0)
                .await;
            browser.log_in(&world.emulator, BOB, "/me").await;
            browser.keep(&late);
            let body = browser.visit("/maybe").await.body;
            assert!(body == "anonymous" || body == format!("active {BOB_ID}"), "{body} after {order:?}");
        }
    }
}

pub async fn r30_a_slow_handler_does_not_bring_a_session_back_after_logout(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let late = Late::begin(&browser).await;
    assert_eq!(world.refreshes(), 1, "it refreshed, and will not be allowed to write");
    assert_eq!(browser.send(form("/auth/logout")).await.status, 303);
    let late = late.end().await;
    assert_eq!(
        (late.says(), late.cookies()),
        ((200, ADA_ACTIVE), 0),
        "asked before the logout, answered after it"
    );
    browser.keep(&late);
    assert_eq!(browser.visit("/maybe").await.body, "anonymous");
}

pub async fn r31_a_slow_handler_does_not_overwrite_the_next_login(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let late = Late::begin(&browser).await;
    browser.send(form("/auth/logout")).await;
    browser.log_in(&world.emulator, BOB, "/me").await;
    let before = browser.cookies("/");
    browser.keep(&late.end().await);
    assert_eq!(browser.cookies("/"), before);
    assert_eq!(browser.visit("/me").await.says(), (200, BOB_ID));
}

pub async fn r54_a_slow_refusal_does_not_delete_the_next_login(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let former = browser.copy();
    assert_eq!(browser.send(form("/auth/logout")).await.status, 303);
    // The tab that knows nothing of the logout yet: its session is over, and its answer takes long.
    let late = Late::begin(&former).await;
    browser.log_in(&world.emulator, BOB, "/me").await;
    world.pass(20);
    browser.keep(&late.end().await);
    assert_eq!(browser.visit("/me").await.says(), (200, BOB_ID), "the login that came in between stays");
}

pub async fn r54_a_slow_handler_never_writes_an_older_generation(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let late = Late::begin(&browser).await;
    for generation in 2..=4 {
        assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID), "generation {generation}");
        world.expire();
        assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID), "generation {generation}");
    }
    let newest = browser.cookies("/");
    let late = late.end().await;
    assert_eq!((late.status, late.cookies()), (200, 0), "its cookies are three generations old");
    browser.keep(&late);
    assert_eq!(browser.cookies("/"), newest);
    world.pass(3600);
    assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID));
    assert_eq!(world.refreshes(), 5);
}

pub async fn r54_a_handler_slow_for_hours_still_hands_the_successor_out(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    let late = Late::begin(&browser).await;
    world.pass(3600);
    let late = late.end().await;
    assert!(late.cookies() >= 1, "nothing newer is known");
    browser.keep(&late);
    assert_eq!((browser.visit("/me").await.says(), world.refreshes()), ((200, ADA_ID), 2));
}

pub async fn r32_a_refresh_that_ends_after_logout_is_nobodys(stage: Stage) {
    let world = stage.world().await;
    for hold_response in [false, true] {
        let browser = world.expired(ADA).await;
        let copied = browser.copy();
        let on_refresh = world.on_refresh();
        let gate = if hold_response { on_refresh.hold_response() } else { on_refresh.hold() };
        let (tab, request) = (browser.clone(), world.rotating(fetch("/me")));
        let late = tokio::spawn(async move { tab.look(request).await });
        soon(gate.arrived(1)).await;
        assert_eq!(browser.send(form("/auth/logout")).await.status, 303);
        gate.release();
        let late = late.await.unwrap();
        browser.keep(&late);
        assert_eq!((late.status, late.cookies()), (401, 0), "its session has ended");
        assert_eq!(browser.visit("/maybe").await.body, "anonymous");
        assert_eq!(copied.visit("/maybe").await.body, "anonymous", "nobody picks the successor up");
        assert_eq!(copied.ask("/me").await.status, 401, "however they ask");
        world.emulator.faults().clear();
    }
}

/// Sends the requests and lets the answers arrive in that order, with so many seconds between events.
pub(super) async fn play(
    world: &World,
    browser: &Visitor,
    order: &[Event],
    requests: &[Request],
    instances: Option<&[std::net::SocketAddr]>,
    seconds: u64,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    for event in order {
        match *event {
            Event::Send(number) => {
                let address = instances.map_or(world.address, |instances| instances[number]);
                answers.push(browser.at(address).look(requests[number].clone()).await);
            }
            Event::Arrive(number) => browser.keep(&answers[number]),
        }
        if seconds > 0 {
            world.pass(seconds);
        }
    }
    answers
}

/// What rotates tokens in this layout, in place of what would; a logout stays one.
fn rotating(world: &World, request: Request) -> Request {
    if request.path == "/auth/logout" { request } else { world.rotating(request) }
}

/// The same cookies at both instances, one after the other.
async fn both(browser: &Visitor, second: std::net::SocketAddr) -> (Answer, Answer) {
    let winner = browser.look(fetch("/me")).await;
    (winner, browser.at(second).look(fetch("/me")).await)
}

fn deliver(browser: &Visitor, winner: &Answer, loser: &Answer, winner_arrives_last: bool) {
    let arrivals = if winner_arrives_last { [loser, winner] } else { [winner, loser] };
    arrivals.into_iter().for_each(|answer| browser.keep(answer));
}
