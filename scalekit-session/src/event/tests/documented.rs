//! The table in `docs/events.md` has the same events as the list in the code.

use super::*;

/// The row of an event, made from the code. The last column of the document, what to do, is not in the code.
fn row(event: Event<'_>) -> [String; 6] {
    let kind = event.kind();
    let line = written(event);
    let fields: Vec<_> = line.fields.iter().map(|(name, _)| *name).collect();
    let own = fields.iter().filter(|name| !["event", "message"].contains(name));
    let own: Vec<_> = own.map(|name| format!("`{name}`")).collect();
    assert_eq!(line.name, kind.name());
    [
        format!("`{}`", kind.name()),
        line.level.to_string(),
        if line.target.ends_with("::security") { "security" } else { "general" }.to_owned(),
        own.join(", "),
        if kind.is_limited() { "yes" } else { "no" }.to_owned(),
        line.field("message").unwrap().to_owned(),
    ]
}

#[test]
fn every_event_has_one_row_that_says_what_the_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/events.md");
    let document = std::fs::read_to_string(path).unwrap();
    let rows: Vec<Vec<&str>> = document
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let own: Vec<_> = Event::samples().into_iter().map(row).collect();
    let wanted = || own.iter().map(|row| format!("| {} |", row.join(" | "))).collect::<Vec<_>>().join("\n");
    assert_eq!(rows.len(), own.len(), "the rows of {path} must be:\n{}", wanted());
    for (documented, own) in rows.iter().zip(&own) {
        let [columns @ .., advice] = documented.as_slice() else { panic!("an empty row") };
        assert_eq!(columns, own.as_slice(), "the rows of {path} must be:\n{}", wanted());
        assert!(advice.len() > 10, "{}: what should an operator do?", own[0]);
    }
}
