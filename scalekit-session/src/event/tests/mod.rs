//! Tests of the events as a log subscriber receives them.

mod documented;
mod floods;
mod recorder;

use self::recorder::{Line, record};
use super::*;

const NOON: Timestamp = Timestamp::from_secs(1_760_000_000);

fn written(event: Event<'_>) -> Line {
    let [line] = <[Line; 1]>::try_from(record(|| event.emit_unlimited())).unwrap();
    line
}

#[test]
fn targets_are_the_two_that_operators_filter_by() {
    for event in Event::samples() {
        let line = written(event);
        assert!(["scalekit_session", "scalekit_session::security"].contains(&line.target), "{line:?}");
    }
    assert_eq!(written(Event::TwoUsers).target, "scalekit_session::security");
    assert_eq!(written(Event::SignedIn { user: "usr_1" }).target, "scalekit_session");
}

#[test]
fn a_line_carries_its_name_and_its_fields() {
    let line = written(Event::SignedIn { user: "usr_1" });
    assert_eq!(line.name, "signed_in");
    assert_eq!(line.level, tracing::Level::INFO);
    assert_eq!(line.field("message"), Some("signed in"));
    assert_eq!(line.field("event"), Some("\"signed_in\""));
    assert_eq!(line.field("user"), Some("\"usr_1\""));
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = EventKind::ALL.into_iter().map(EventKind::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), EventKind::ALL.len());
}

#[test]
fn r46_a_text_from_outside_is_cut_and_escaped() {
    let path = format!("/{}\n", "ä".repeat(1000));
    let line = written(Event::GuardBeforeLogin { path: &path });
    let shown = line.field("path").unwrap();
    assert!(shown.len() <= 130 && shown.starts_with("\"/ä") && shown.ends_with("ä\""), "{shown}");
    let line = written(Event::CrossOriginRefused { method: "GET\n2026 ERROR a line that never was" });
    assert_eq!(line.field("method"), Some(r#""GET\n2026 ERROR a line that never was""#));
}

#[test]
fn r46_an_error_code_shows_only_when_it_is_one() {
    for (error, shown) in [
        ("access_denied", "\"access_denied\""),
        ("no_code", "\"no_code\""),
        ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "\"other\""),
        ("a b", "\"other\""),
        (&"a".repeat(65), "\"other\""),
    ] {
        let line = written(Event::LoginAnsweredWithError { error: ErrorCode(error) });
        assert_eq!(line.field("error"), Some(shown), "{error}");
    }
}
