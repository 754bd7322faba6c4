//! The FastAPI application as a child process.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::site::Failure;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fastapi");
/// Longer than any start takes.
const START: Duration = Duration::from_secs(60);

/// Ends when it is dropped.
#[derive(Debug)]
pub(crate) struct FastApi {
    pub(crate) address: SocketAddr,
    _child: Child,
}

impl FastApi {
    /// Starts it with a Python that has Scalekit's SDK, and waits until it listens.
    pub(crate) async fn start(python: &Path, variables: Vec<(String, String)>) -> Result<Self, Failure> {
        let mut command = Command::new(python);
        command
            .args(["-m", "uvicorn", "--app-dir", FOLDER, "--host", "127.0.0.1", "--port", "0"])
            .args(["--no-access-log", "--no-use-colors", "application:application"])
            .envs(variables)
            // Nobody stands between this machine and itself.
            .envs([("NO_PROXY", "localhost,127.0.0.1"), ("no_proxy", "localhost,127.0.0.1")])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", python.display()))?;
        let stderr = child.stderr.take().ok_or("the application has no standard error")?;
        let mut lines = BufReader::new(stderr).lines();
        let listening = async {
            let mut said = String::new();
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = address_in(&line) {
                    return Ok::<_, Failure>(address);
                }
                said.push_str(&line);
                said.push('\n');
            }
            Err(format!("the FastAPI application did not start:\n{said}").into())
        };
        let address = timeout(START, listening).await??;
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                eprintln!("fastapi: {line}");
            }
        });
        Ok(Self { address, _child: child })
    }
}

/// What uvicorn says when it listens: `… running on http://127.0.0.1:PORT (Press …`.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, address) = line.split_once(" running on http://")?;
    address.split_whitespace().next()?.parse().ok()
}
