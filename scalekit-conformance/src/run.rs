//! Tells one story to one application.

use std::fs::OpenOptions;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::application::{Application, start};
use crate::layout::Layout;
use crate::world::Stage;

/// Runs a story in a layout. What [`conformance!`](crate::conformance!) makes a test of.
///
/// # Panics
///
/// When the story fails; before that it prints the story's name and everything that was said, secrets masked.
pub fn run<A, F>(layout: Layout, name: &str, story: fn(Stage) -> F)
where
    A: Application,
    F: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let stage = Stage::new(start::<A>, layout);
    let told = catch_unwind(AssertUnwindSafe(|| runtime.block_on(story(stage.clone()))));
    runtime.block_on(stage.stop());
    runtime.shutdown_background();
    report(layout, name, told.is_ok());
    if let Err(failure) = told {
        let title = name.replace('_', " ");
        let layout = layout.name();
        tell(&format!(
            "the story “{title}” failed in the {layout} layout; this was said:\n{}",
            stage.transcript.text()
        ));
        resume_unwind(failure);
    }
}

/// Appends the outcome to the file that `CONFORMANCE_REPORT` names; `scripts/conformance` makes a table of it.
fn report(layout: Layout, name: &str, passed: bool) {
    let (Some(path), Ok(package)) = (std::env::var_os("CONFORMANCE_REPORT"), std::env::var("CARGO_PKG_NAME"))
    else {
        return;
    };
    let outcome = if passed { "passes" } else { "fails" };
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{package}\t{}\t{name}\t{outcome}\n", layout.name()).as_bytes()).unwrap();
}

#[expect(clippy::print_stderr, reason = "the test harness captures it for its report")]
fn tell(text: &str) {
    eprintln!("{text}");
}
