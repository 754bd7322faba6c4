//! A flood of events writes ten lines a second of each kind, and an exact count of the suppressed ones.

use std::time::Duration;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// How many lines of a kind were written, and how many of that kind were reported as suppressed.
fn totals(lines: &[Line], kind: &str) -> (usize, u64) {
    let written = lines.iter().filter(|line| line.name == kind).count();
    let quoted = format!("{kind:?}");
    let reports = lines.iter().filter(|line| line.field("kind") == Some(quoted.as_str()));
    (written, reports.map(|line| line.field("count").unwrap().parse::<u64>().unwrap()).sum())
}

#[test]
fn a_flood_of_one_kind_writes_ten_lines_a_second_and_a_count() {
    let events = Events::default();
    let lines = record(|| {
        for n in 0..100_000 {
            // Four seconds of 25 000 events each.
            events.emit(Event::CrossOriginRefused { method: "POST" }, NOON + SECOND * (n / 25_000));
        }
    });
    assert_eq!(totals(&lines, "cross_origin_refused"), (40, 3 * 24_990));
    assert_eq!(lines.len(), 43, "ten lines and the count before them, in each second");
    let last = record(|| drop(events));
    assert_eq!(totals(&last, "cross_origin_refused"), (0, 24_990), "the last count is not lost");
}

#[test]
fn a_flood_of_one_kind_holds_no_other_kind_back() {
    let events = Events::default();
    let lines = record(|| {
        for _ in 0..1000 {
            events.emit(Event::CrossOriginRefused { method: "POST" }, NOON);
        }
        events.emit(Event::TwoUsers, NOON);
        events.emit(Event::SignedIn { user: "usr_1" }, NOON);
    });
    assert_eq!(totals(&lines, "two_users"), (1, 0));
    assert_eq!(totals(&lines, "signed_in"), (1, 0));
}

#[test]
fn any_event_carries_the_counts_of_seconds_that_are_over() {
    let events = Events::default();
    let flood = record(|| {
        for _ in 0..15 {
            events.emit(Event::CrossOriginRefused { method: "POST" }, NOON);
            events.emit(Event::TwoUsers, NOON);
        }
    });
    assert_eq!(flood.len(), 20);
    let early = record(|| events.emit(Event::SignedIn { user: "usr_1" }, NOON + SECOND / 2));
    assert_eq!(early.len(), 1, "the second is not over yet");
    let late = record(|| events.emit(Event::SignedIn { user: "usr_1" }, NOON + SECOND));
    assert_eq!(totals(&late, "cross_origin_refused"), (0, 5));
    assert_eq!(totals(&late, "two_users"), (0, 5));
    assert_eq!(late.last().unwrap().name, "signed_in");
    assert_eq!(record(|| drop(events)).len(), 0, "nothing is counted twice");
}

#[test]
fn what_no_client_can_provoke_is_not_limited() {
    let events = Events::default();
    let lines = record(|| {
        for _ in 0..100 {
            events.emit(Event::SignedIn { user: "usr_1" }, NOON);
        }
    });
    assert_eq!(totals(&lines, "signed_in"), (100, 0));
}

#[test]
fn a_suppressed_line_allocates_nothing() {
    let events = Events::default();
    for _ in 0..10 {
        events.emit(Event::GuardBeforeLogin { path: "/auth/login" }, NOON);
    }
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            events.emit(Event::GuardBeforeLogin { path: "/auth/login" }, NOON);
        }
    });
    assert_eq!(counted.count_total, 0, "{counted:?}");
}
