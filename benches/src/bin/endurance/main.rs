//! Loads Acme Workspace on loopback while its tokens expire every few seconds, and counts what users would notice.
//!
//! `cargo run --release -p scalekit-benches --bin endurance -- --seconds 60 --token-secs 5`

mod jar;
mod options;
mod report;
mod session;
mod tally;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use acme_workspace::Settings;
use axum_demo::Demo;
use scalekit_emulator::Emulator;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::options::Options;
use self::report::Report;
use self::session::Session;
use self::tally::Tally;

/// Clients that share one session, as the tabs of one busy user do.
const TABS: usize = 20;
/// Further sessions, with one client each.
const OTHERS: usize = 20;

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("endurance: {problem}");
            return ExitCode::from(2);
        }
    };
    match run(&options).await {
        Ok(report) => conclude(&report),
        Err(error) => {
            eprintln!("endurance: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
fn conclude(report: &Report) -> ExitCode {
    println!("{report}");
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn run(options: &Options) -> Result<Report, Failed> {
    let demo = Demo::start(&Settings::on_free_ports(options.token_life)).await?;
    let emulator = demo.emulator().map(Arc::clone).ok_or("the demo has no emulator")?;
    let origin = demo.origin();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(demo.serve(async move {
        // A dropped sender says the same as a sent word.
        let _word = stopped.await;
    }));

    let report = load(options, &origin, &emulator).await;
    let _already_gone = stop.send(());
    server.await??;
    report
}

async fn load(options: &Options, origin: &str, emulator: &Emulator) -> Result<Report, Failed> {
    let mut sessions = Vec::new();
    for _ in 0..=OTHERS {
        sessions.push(Arc::new(Session::sign_in(origin, emulator).await?));
    }
    emulator.reset_calls();
    let tally = Arc::new(Tally::default());
    let begun = Instant::now();
    let until = begun + Duration::from_secs(options.seconds);

    let (shared, others) = sessions.split_first().ok_or("no session")?;
    let clients = std::iter::repeat_n(shared, TABS).chain(others);
    let mut running = JoinSet::new();
    for (number, session) in clients.enumerate() {
        let (session, tally) = (Arc::clone(session), Arc::clone(&tally));
        running.spawn(async move { session.browse(number, until, &tally).await });
    }
    while let Some(ended) = running.join_next().await {
        ended?;
    }

    let elapsed = begun.elapsed();
    let mut refreshes = Vec::new();
    for session in &sessions {
        refreshes.push(session.refreshes().await?);
    }
    let calls = emulator.calls();
    Ok(Report::new(options, elapsed, &tally, refreshes, calls.token_refresh))
}
