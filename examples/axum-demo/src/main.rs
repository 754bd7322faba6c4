//! Starts Acme Workspace: with Scalekit when its variables are set, else with an emulator.

use std::collections::BTreeMap;
use std::process::ExitCode;

use acme_workspace::{PEOPLE, Settings, signals};
use axum_demo::{Demo, StartError};
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
            eprintln!("axum-demo: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

async fn run() -> Result<(), Failure> {
    // A value that is not Unicode is kept with a replacement sign, so that it is reported as wrong, not as missing.
    let vars: BTreeMap<String, String> = std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .collect();
    let settings = Settings::from_vars(&vars).map_err(|error| Failure::wrong_setting(&error))?;
    let demo = Demo::start(&settings).await.map_err(|error| match error {
        StartError::Config(error) => Failure::wrong_setting(&error),
        other => Failure::broken(&other),
    })?;
    let stop = signals().map_err(|error| Failure::broken(&error))?;
    announce(&demo);
    demo.serve(stop).await.map_err(|error| Failure::broken(&error))
}

/// What goes to standard error, and how the process ends.
struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    fn wrong_setting(error: &dyn std::error::Error) -> Self {
        Self { message: error.to_string(), code: 2 }
    }

    fn broken(error: &dyn std::error::Error) -> Self {
        Self { message: error.to_string(), code: 1 }
    }
}

#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
fn announce(demo: &Demo) {
    println!("Acme Workspace: {}", demo.origin());
    if let Some(emulator) = demo.emulator() {
        println!("No SCALEKIT_* variables are set, so an emulator signs people in: {}", emulator.url());
        println!("Sign in as one of them, without a password:");
        for (email, who) in PEOPLE {
            println!("  {email:<18} {who}");
        }
    }
    println!("Stop with Ctrl-C.");
}
