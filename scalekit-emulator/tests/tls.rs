//! HTTPS, as a library and as a program.
#![cfg(feature = "tls")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use reqwest::{Client, Version};
use scalekit_emulator::{Emulator, EmulatorBuilder, Endpoint, Fault, StartError};
use serde_json::{Value, json};
use support::https::{CERTIFICATE, KEY, https};
use support::{CALLBACK, claims, ok, stage_with, text};
use tokio::net::TcpStream;
use url::Url;

#[cfg(test)]
mod support;

fn secure(builder: EmulatorBuilder) -> EmulatorBuilder {
    builder.tls(CERTIFICATE, KEY).control_api(true)
}

#[tokio::test]
async fn the_environment_url_and_the_issuer_are_https() {
    let mut stage = stage_with(secure).await;
    stage.http = https(|client| client);
    assert!(stage.emulator.url().starts_with("https://localhost:"));
    let discovery =
        ok(stage.http.get(stage.at("/.well-known/openid-configuration")).send().await.unwrap()).await;
    assert_eq!(discovery["issuer"], stage.emulator.url());
    assert_eq!(discovery["jwks_uri"], stage.at("/keys"));
    let tokens = stage.sign_in("ada@acme.example").await;
    assert_eq!(claims(text(&tokens, "access_token"))["iss"], stage.emulator.url());
}

#[tokio::test]
async fn clients_choose_the_version_of_http() {
    let stage = stage_with(secure).await;
    let version = async |client: Client| client.get(stage.at("/keys")).send().await.unwrap().version();
    assert_eq!(version(https(|client| client.http1_only())).await, Version::HTTP_11);
    let best = if cfg!(feature = "grpc") { Version::HTTP_2 } else { Version::HTTP_11 };
    assert_eq!(version(https(|client| client)).await, best);
}

#[tokio::test]
async fn the_control_api_knows_its_host_in_every_version() {
    let stage = stage_with(secure).await;
    for client in [https(|client| client), https(|client| client.http1_only())] {
        let order = client.post(stage.at("/emulator/control/clock/advance")).json(&json!({ "seconds": 1 }));
        let answer: Value = ok(order.send().await.unwrap()).await;
        assert!(answer["now"].is_string());
    }
}

#[tokio::test]
async fn who_does_not_shake_hands_keeps_nobody_waiting() {
    let stage = stage_with(secure).await;
    let port = Url::parse(stage.emulator.url()).unwrap().port().unwrap();
    let silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    support::http().get(format!("http://localhost:{port}/keys")).send().await.unwrap_err();
    ok(https(|client| client).get(stage.at("/keys")).send().await.unwrap()).await;
    drop(silent);
}

#[tokio::test]
async fn connections_can_be_cut() {
    let stage = stage_with(secure).await;
    stage.emulator.faults().on(Endpoint::Keys).times(1).inject(Fault::DropConnectionAfterProcessing);
    let client = https(|client| client.http1_only().retry(reqwest::retry::never()));
    client.get(stage.at("/keys")).send().await.unwrap_err();
    ok(client.get(stage.at("/keys")).send().await.unwrap()).await;
}

#[tokio::test]
async fn a_certificate_without_its_key_is_refused() {
    let other = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (certificate, key) in [("", KEY), ("nonsense", KEY), (CERTIFICATE, ""), (CERTIFICATE, other)] {
        let error = Emulator::builder().tls(certificate, key).start().await.unwrap_err();
        assert!(matches!(error, StartError::Tls(_)), "{error}");
    }
}

#[test]
fn the_program_takes_files() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support");
    let mut child = Command::new(env!("CARGO_BIN_EXE_scalekit-emulator"))
        .args(["--port", "0", "--redirect-uri", CALLBACK])
        .args([
            "--tls-cert",
            &format!("{folder}/localhost.crt"),
            "--tls-key",
            &format!("{folder}/localhost.key"),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.starts_with("SCALEKIT_ENVIRONMENT_URL=https://localhost:"), "{first}");
}
