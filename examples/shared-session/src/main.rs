//! Starts the services, the FastAPI application and an emulator behind one origin, <http://localhost:3000> or at `PORT`.
//!
//! `SDK_PYTHON=$(scripts/sdk-python) cargo run -p shared-session`

use std::path::PathBuf;
use std::process::ExitCode;

use acme_workspace::signals;
use scalekit_emulator::Emulator;
use shared_session::{Failure, Site};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("shared-session: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn run() -> Result<(), Failure> {
    let stop = signals()?;
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let python = std::env::var_os("SDK_PYTHON").map(PathBuf::from);
    let site = Site::start(port, Emulator::start().await?, python.as_deref(), |_, builder| builder).await?;
    println!("One session, several services: {}", site.origin());
    println!("An emulator signs people in, bob@acme.example for one: {}", site.emulator().url());
    if !site.has_fastapi() {
        println!(
            "FastAPI is missing: SDK_PYTHON does not name a Python with Scalekit's SDK. scripts/sdk-python makes one:"
        );
        println!("  SDK_PYTHON=$(scripts/sdk-python) cargo run -p shared-session");
    }
    println!("Stop with Ctrl-C.");
    stop.await;
    site.stop().await;
    Ok(())
}
