//! Starting and stopping, as a library and as a program.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use scalekit_emulator::{Client, Emulator, Membership, StartError, User};
use support::http;
use url::Url;

#[cfg(test)]
mod support;

#[tokio::test]
async fn a_port_in_use_is_a_typed_error_that_says_what_to_do() {
    let first = Emulator::start().await.unwrap();
    let port = Url::parse(first.url()).unwrap().port().unwrap();
    let error = Emulator::builder().port(port).start().await.unwrap_err();
    assert!(matches!(error, StartError::PortInUse { port: taken } if taken == port));
    assert!(error.to_string().contains("choose another port"));

    first.shutdown().await;
    let again = Emulator::builder().port(port).start().await.unwrap();
    assert_eq!(again.url(), format!("http://localhost:{port}"));
}

#[tokio::test]
async fn shutdown_lets_held_requests_go() {
    let emulator = Emulator::start().await.unwrap();
    let gate = emulator.faults().hold(scalekit_emulator::Endpoint::Keys);
    let keys = format!("{}/keys", emulator.url());
    let request = tokio::spawn(async move { http().get(keys).send().await });
    gate.arrived(1).await;
    emulator.shutdown().await;
    assert_eq!(request.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn a_dropped_handle_stops_the_server() {
    let emulator = Emulator::start().await.unwrap();
    let url = emulator.url().to_owned();
    http().get(&url).send().await.unwrap();
    drop(emulator);
    // The task ends when the runtime gets to it; a connection made before that is closed.
    while http().get(&url).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn people_and_clients_that_do_not_fit_are_refused() {
    let nowhere = User::new("a@b.example", "A").member(Membership::of("org_nowhere"));
    let error = Emulator::builder().user(nowhere).start().await.unwrap_err();
    assert!(matches!(error, StartError::UnknownOrganization { .. }));
    let twin = User::new("Ada@acme.example", "Ada");
    let error = Emulator::builder().user(twin).start().await.unwrap_err();
    assert!(matches!(error, StartError::Duplicate { .. }));
    let client = || Client::public("same");
    let builder = Emulator::builder().client(client()).client(client());
    let error = builder.start().await.unwrap_err();
    assert!(error.to_string().contains("same"));
}

#[tokio::test]
async fn the_program_prints_variables_and_serves() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_scalekit-emulator"))
        .args(["--port", "0", "--redirect-uri", "http://localhost:5000/cb"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(program.stdout.take().unwrap());
    let lines = stdout.lines().take(5).map(Result::unwrap).collect::<Vec<_>>();
    let url = lines[0].strip_prefix("SCALEKIT_ENVIRONMENT_URL=").unwrap();
    let answer = http().get(format!("{url}/keys")).send().await;
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(answer.unwrap().status(), 200);
    assert!(lines.iter().all(|line| line.starts_with("SCALEKIT_")));
    assert_eq!(lines[3], "SCALEKIT_REDIRECT_URI=http://localhost:5000/cb");
}

#[test]
fn wrong_arguments_end_the_program_with_2() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_scalekit-emulator")).args(["--port", "eighty"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("--port needs a port number"), "{message}");
}
