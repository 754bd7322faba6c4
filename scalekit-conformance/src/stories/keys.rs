//! Keys change: those that Scalekit signs with, and those that cookies are sealed with.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scalekit_emulator::{Endpoint, Rotation};
use tokio::task::JoinSet;

use crate::browser::{fetch, form};
use crate::soon::soon;
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, Stage, World};

pub async fn r44_a_cold_start_fetches_the_keys_once(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let restarted = browser.at(world.another_instance().await);
    let gate = world.emulator.faults().hold(Endpoint::Keys);
    let mut requests = JoinSet::new();
    for _ in 0..100 {
        let tab = restarted.clone();
        requests.spawn(async move { tab.look(fetch("/me")).await });
    }
    soon(gate.arrived(1)).await;
    gate.release();
    while let Some(answer) = soon(requests.join_next()).await {
        assert_eq!(answer.unwrap().says(), (200, ADA_ID));
    }
    assert_eq!((world.emulator.calls().keys, world.emulator.calls().token()), (1, 0));
}

pub async fn r44_a_refresh_brings_the_new_key_along(stage: Stage) {
    for rotation in [Rotation::KeepOld, Rotation::DropOld] {
        let world = stage.world().await;
        let ada = world.expired(ADA).await;
        world.emulator.rotate_keys(rotation).unwrap();
        assert_eq!(ada.ask("/me").await.says(), (200, ADA_ID), "{rotation:?}");
        assert_eq!((world.refreshes(), world.emulator.calls().keys), (1, 1), "{rotation:?}");
        assert_eq!(ada.call("/me").await.cookies(), 0, "{rotation:?}");
    }
}

pub async fn r44_a_new_key_beside_the_old_one_is_not_noticed(stage: Stage) {
    let world = stage.world().await;
    let ada = world.signed_in(ADA).await;
    world.emulator.rotate_keys(Rotation::KeepOld).unwrap();
    let bob = world.signed_in(BOB).await;
    assert_eq!(ada.ask("/me").await.says(), (200, ADA_ID));
    assert_eq!(bob.ask("/me").await.says(), (200, BOB_ID));
    world.expire();
    assert_eq!(ada.ask("/me").await.says(), (200, ADA_ID));
    assert_eq!(bob.ask("/me").await.says(), (200, BOB_ID));
    assert_eq!((world.refreshes(), world.emulator.calls().keys), (2, 0), "the new key came with the login");
    // A process that has seen nothing yet reads all of it.
    let restarted = world.another_instance().await;
    assert_eq!(ada.at(restarted).ask("/me").await.says(), (200, ADA_ID));
    assert_eq!((world.refreshes(), world.emulator.calls().keys), (2, 1));
}

pub async fn r45_a_key_that_is_withdrawn_ends_tokens_and_no_sessions(stage: Stage) {
    let world = stage.world().await;
    let ada = world.signed_in(ADA).await;
    for round in 1..=3 {
        world.emulator.rotate_keys(Rotation::DropOld).unwrap();
        // The login of somebody else tells this process that the key of Ada's token is gone.
        let bob = world.browser();
        assert_eq!(bob.log_in(&world.emulator, BOB, "/me").await, "/me", "round {round}: at once");
        assert_eq!(ada.ask("/me").await.says(), (200, ADA_ID), "round {round}: refreshed instead of refused");
        assert_eq!(bob.ask("/me").await.says(), (200, BOB_ID), "round {round}");
        assert_eq!(world.refreshes(), round);
        world.pass(31);
    }
}

pub async fn r45_a_new_process_reads_sessions_of_withdrawn_keys(stage: Stage) {
    let world = stage.world().await;
    let people = [world.signed_in(ADA).await, world.signed_in(BOB).await, world.signed_in(ADA).await];
    world.emulator.rotate_keys(Rotation::DropOld).unwrap();
    world.pass(61);
    let restarted = world.another_instance().await;
    for person in people {
        assert_eq!(person.at(restarted).ask("/me").await.status, 200, "each of them, at once");
    }
}

pub async fn r36_a_secret_is_rotated_without_logging_anybody_out(stage: Stage) {
    let world = stage.world().await;
    let (old, new) = (variables(&world, &["old"]), variables(&world, &["old", "new"]));
    let (front, only) = (variables(&world, &["new", "old"]), variables(&world, &["new"]));
    // Announce, activate, retire; at each step some instances are a step behind, in both directions.
    for [behind, ahead] in [[&old, &new], [&new, &front], [&front, &only]] {
        let (behind, ahead) = (world.instance_with(behind).await, world.instance_with(ahead).await);
        for [first, then] in [[behind, ahead], [ahead, behind]] {
            let browser = world.browser().at(first);
            assert_eq!(browser.log_in(&world.emulator, ADA, "/me").await, "/me");
            for round in 0..3 {
                assert_eq!(browser.at(then).open("/me").await.says(), (200, ADA_ID), "round {round}");
                world.expire();
                assert_eq!(browser.at(first).open("/me").await.says(), (200, ADA_ID), "round {round}");
            }
            assert_eq!(browser.at(then).send(form("/auth/logout")).await.status, 303);
            assert_eq!(browser.names(), [""; 0]);
        }
    }
}

pub async fn r36_a_session_of_a_retired_secret_does_not_stop_a_login(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    let browser = browser.at(world.instance_with(&variables(&world, &["unrelated"])).await);
    let answer = browser.visit("/maybe").await;
    assert_eq!(
        (answer.says(), answer.cookies()),
        ((200, "anonymous"), 0),
        "r37: kept, for those who can read it"
    );
    assert_eq!(browser.log_in(&world.emulator, ADA, "/me").await, "/me");
    assert_eq!(browser.visit("/me").await.says(), (200, ADA_ID));
}

pub async fn r36_a_refresh_under_the_new_secret_is_not_undone(stage: Stage) {
    let world = stage.world().await;
    let behind = world.instance_with(&variables(&world, &["old", "new"])).await;
    let ahead = world.instance_with(&variables(&world, &["new", "old"])).await;
    let browser = world.browser().at(behind);
    browser.log_in(&world.emulator, ADA, "/me").await;
    // Opened with the older secret: nothing is sealed anew for that alone, so no late answer undoes a rotation.
    let late = browser.at(ahead).look(fetch("/me")).await;
    assert_eq!(
        (late.says(), late.cookies()),
        ((200, ADA_ID), 0),
        "tokens that did not change are not written"
    );
    world.expire();
    assert_eq!(browser.at(ahead).open("/me").await.says(), (200, ADA_ID));
    browser.keep(&late);
    world.expire();
    assert_eq!(browser.at(ahead).open("/me").await.says(), (200, ADA_ID));
}

/// The variables with other cookie secrets, the first of which seals.
fn variables(world: &World, secrets: &[&str]) -> Vec<(String, String)> {
    // 32 bytes, different for each name.
    let secret = |name: &&str| {
        let seed = name.bytes().fold(7_u8, |seed, byte| seed.wrapping_mul(31) ^ byte);
        let bytes: Vec<u8> = (0..32_u8).map(|byte| byte.wrapping_mul(37) ^ seed).collect();
        STANDARD.encode(bytes)
    };
    let value = secrets.iter().map(secret).collect::<Vec<_>>().join(",");
    let mut variables = world.variables.clone();
    for (name, own) in &mut variables {
        if name == "SCALEKIT_COOKIE_SECRET" {
            own.clone_from(&value);
        }
    }
    variables
}
