//! Tests of the cool-down after a fetch that did not bring its key.

use super::*;

#[tokio::test]
async fn r44_ten_thousand_unknown_kids_cost_one_fetch_per_cool_down() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    for round in 1..=3 {
        for n in 0..10_000 {
            let fetched = endpoint.fetch(Budget::Presented, &format!("bogus_{n}")).await;
            match (n, fetched) {
                (0, Fetched::Updated) => {}
                (1.., Fetched::Suppressed { retry_after }) => assert!(retry_after <= 30 * SECOND),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(endpoint.calls(), round);
        endpoint.pass(30 * SECOND);
    }
}

#[tokio::test]
async fn r45_a_key_roll_right_after_a_bogus_kid_is_accepted_within_the_cool_down() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    assert_eq!(endpoint.fetch(Budget::Presented, "bogus").await, Fetched::Updated);
    endpoint.pass(SECOND);
    endpoint.publish(&["snk_1", "snk_2"]);
    let fetched = endpoint.fetch(Budget::Presented, "snk_2").await;
    assert_eq!(fetched, Fetched::Suppressed { retry_after: 29 * SECOND });
    endpoint.pass(29 * SECOND);
    assert_eq!(endpoint.fetch(Budget::Presented, "snk_2").await, Fetched::Updated);
    assert!(endpoint.has("snk_2"));
}

#[tokio::test]
async fn r45_bogus_bearers_do_not_delay_a_key_that_a_cookie_names() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    assert_eq!(endpoint.fetch(Budget::Presented, "bogus").await, Fetched::Updated);
    endpoint.publish(&["snk_1", "snk_2"]);
    assert_eq!(endpoint.fetch(Budget::Sealed, "snk_2").await, Fetched::Updated);
    assert!(endpoint.has("snk_2"));
}

#[tokio::test]
async fn r45_a_fetch_that_brings_its_key_begins_no_cool_down() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    for kid in ["snk_1", "snk_2", "snk_3"] {
        endpoint.publish(&[kid]);
        assert_eq!(endpoint.fetch(Budget::Presented, kid).await, Fetched::Updated);
        assert!(endpoint.has(kid));
    }
}

#[tokio::test]
async fn a_withdrawn_key_is_known_to_be_gone_even_in_the_cool_down() {
    let endpoint = Endpoint::publishing(&["snk_1", "snk_2"]);
    endpoint.fetch(Budget::Sealed, "snk_1").await;
    endpoint.publish(&["snk_2"]);
    assert_eq!(endpoint.fetch(Budget::Sealed, "bogus").await, Fetched::Updated);
    assert_eq!(endpoint.fetch(Budget::Sealed, "snk_1").await, Fetched::Updated);
    assert!(matches!(endpoint.fetch(Budget::Sealed, "snk_9").await, Fetched::Suppressed { .. }));
    assert!(!endpoint.has("snk_1"));
    assert_eq!(endpoint.calls(), 2);
}

#[tokio::test]
async fn a_clock_that_is_set_back_locks_nobody_out() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    endpoint.fetch(Budget::Presented, "bogus").await;
    endpoint.clock.0.fetch_sub(3_600_000, Ordering::SeqCst);
    endpoint.publish(&["snk_1", "snk_2"]);
    assert_eq!(endpoint.fetch(Budget::Presented, "snk_2").await, Fetched::Updated);
    assert!(endpoint.has("snk_2"));
}
