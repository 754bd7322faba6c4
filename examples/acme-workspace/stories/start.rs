//! The program itself: how it starts, and how it says why it does not.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};

fn demo(vars: &[(&str, &str)]) -> Command {
    let mut command = Command::new(crate::DEMO);
    command.env_clear().envs(vars.iter().copied());
    command
}

fn fails(vars: &[(&str, &str)], code: i32) -> String {
    let Output { status, stdout, stderr } = demo(vars).output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(code), "{stderr}");
    assert!(stdout.is_empty(), "nothing was started");
    stderr
}

#[test]
fn wrong_values_are_reported_with_what_to_write() {
    let message = fails(&[("PORT", "http"), ("EMULATOR_ACCESS_TOKEN_SECS", "1")], 2);
    assert!(message.contains("PORT is `http`; write a whole number"), "{message}");
    assert!(message.contains("EMULATOR_ACCESS_TOKEN_SECS is `1`"), "{message}");
}

#[test]
fn some_variables_of_scalekit_are_not_enough_and_do_not_bring_the_emulator() {
    let message =
        fails(&[("SCALEKIT_CLIENT_ID", "skc_1"), ("SCALEKIT_COOKIE_SECRET", "short"), ("PORT", "0")], 2);
    for missing in [
        "SCALEKIT_ENVIRONMENT_URL",
        "SCALEKIT_CLIENT_SECRET",
        "SCALEKIT_REDIRECT_URI",
        "SCALEKIT_COOKIE_SECRET",
    ] {
        assert!(message.contains(missing), "{missing} in {message}");
    }
    assert!(!message.contains("SCALEKIT_CLIENT_ID is missing"), "{message}");
}

#[test]
fn a_busy_port_is_reported_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let message = fails(&[("PORT", &port), ("EMULATOR_PORT", "0")], 1);
    assert!(message.contains(&format!("port {port} is in use")) && message.contains("PORT="), "{message}");
    let message = fails(&[("PORT", "0"), ("EMULATOR_PORT", &port)], 1);
    assert!(message.contains("EMULATOR_PORT"), "{message}");
}

#[cfg(unix)]
#[test]
fn without_variables_it_names_the_emulator_and_its_people_and_stops_on_ctrl_c() {
    let vars = [("PORT", "0"), ("EMULATOR_PORT", "0")];
    let mut running = Running(demo(&vars).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let stdout = BufReader::new(running.0.stdout.take().unwrap());
    let lines = stdout.lines().map(Result::unwrap);
    let said = lines.take_while(|line| !line.contains("Ctrl-C")).collect::<Vec<_>>().join("\n");
    for expected in [
        "Acme Workspace: http://localhost:",
        "emulator",
        "ada@acme.example",
        "bob@acme.example",
        "mia@many.example",
    ] {
        assert!(said.contains(expected), "{expected} in {said}");
    }
    let interrupt = Command::new("kill").args(["-INT", &running.0.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    assert!(running.0.wait().unwrap().success());
}

/// Ends with the test, whatever becomes of it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _already_gone = self.0.kill();
        let _already_waited_for = self.0.wait();
    }
}
