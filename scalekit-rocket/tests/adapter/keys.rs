//! Scalekit changes its signing keys.

use std::time::Duration;

use crate::support::{ADA, ADA_ID, BOB, BOB_ID, Server, World, application};
use scalekit_emulator::Rotation;

#[tokio::test]
async fn r44_a_new_key_beside_the_old_one_is_not_noticed() {
    let world = World::start().await;
    let mut ada = world.signed_in(ADA).await;
    world.emulator.rotate_keys(Rotation::KeepOld).unwrap();
    let mut bob = world.signed_in(BOB).await;
    world.emulator.reset_calls();
    assert_eq!(ada.call("/me").await.body, ADA_ID);
    assert_eq!(bob.call("/me").await.body, BOB_ID);
    world.pass(Duration::from_secs(301));
    assert_eq!(ada.call("/me").await.body, ADA_ID);
    assert_eq!(bob.call("/me").await.body, BOB_ID);
    assert_eq!(world.refreshes(), 2);
    assert_eq!(world.emulator.calls().keys, 0, "the new key came with the login");
}

#[tokio::test]
async fn r44_a_refresh_brings_the_new_key_along() {
    for rotation in [Rotation::KeepOld, Rotation::DropOld] {
        let world = World::start().await;
        let mut ada = world.expired(ADA).await;
        world.emulator.rotate_keys(rotation).unwrap();
        let answer = ada.call("/me").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID), "{rotation:?}");
        assert_eq!((world.refreshes(), world.emulator.calls().keys), (1, 1), "{rotation:?}");
        assert_eq!(ada.call("/me").await.set_cookies(), [""; 0], "{rotation:?}");
    }
}

#[tokio::test]
async fn r45_a_key_that_is_withdrawn_ends_tokens_and_no_sessions() {
    let world = World::start().await;
    let mut ada = world.signed_in(ADA).await;
    world.emulator.rotate_keys(Rotation::DropOld).unwrap();
    // The login of somebody else tells this process that the key of Ada's token is gone.
    let mut bob = world.signed_in(BOB).await;
    let answer = ada.call("/me").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID), "refreshed instead of refused");
    assert_eq!(world.refreshes(), 1);
    assert_eq!(bob.call("/me").await.body, BOB_ID);
    assert_eq!(world.refreshes(), 1, "Bob's token is of the new key");
}

#[tokio::test]
async fn r45_two_changes_in_a_row_are_both_followed() {
    let world = World::start().await;
    let mut ada = world.signed_in(ADA).await;
    for round in 1..=3 {
        world.emulator.rotate_keys(Rotation::DropOld).unwrap();
        world.pass(Duration::from_secs(301));
        assert_eq!(ada.call("/me").await.body, ADA_ID, "round {round}");
        world.emulator.rotate_keys(Rotation::DropOld).unwrap();
        let mut bob = world.browser();
        assert_eq!(bob.log_in(&world.emulator, BOB, "/me").await, "/me", "round {round}: a second later");
        assert_eq!(bob.call("/me").await.body, BOB_ID, "round {round}");
        assert_eq!(ada.call("/me").await.body, ADA_ID, "round {round}");
    }
}

#[tokio::test]
async fn r44_a_new_process_reads_old_sessions() {
    let world = World::start().await;
    let mut ada = world.signed_in(ADA).await;
    world.emulator.rotate_keys(Rotation::KeepOld).unwrap();
    ada.app = Server::start(application(&world.restarted())).await;
    assert_eq!(ada.call("/me").await.body, ADA_ID);
    assert_eq!((world.emulator.calls().keys, world.refreshes()), (1, 0));

    world.emulator.rotate_keys(Rotation::DropOld).unwrap();
    ada.app = Server::start(application(&world.restarted())).await;
    assert_eq!(ada.call("/me").await.body, ADA_ID, "its key is gone: refreshed");
    assert_eq!(world.refreshes(), 1);
}
