//! [`Program`]: the binary of an example, running.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use scalekit_emulator::Emulator;

/// Where the browser believes the application to be. The real port is another.
pub(crate) const ORIGIN: &str = "http://localhost:3000";

/// Ends with the test, whatever becomes of it.
pub(crate) struct Program {
    child: Child,
    address: String,
}

impl Program {
    /// Starts it with the emulator's variables, and waits until it listens.
    pub(crate) fn start(path: &str, emulator: &Emulator) -> Self {
        Self::start_with(path, &emulator.env(&format!("{ORIGIN}/auth/callback")))
    }

    /// The same with variables that were there before: those of a restart.
    pub(crate) fn start_with(path: &str, vars: &[(String, String)]) -> Self {
        let mut command = Command::new(path);
        command.env_clear().envs(vars.iter().cloned()).env("PORT", "0").stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut program = Self { child, address: String::new() };

        let (tell, told) = mpsc::channel();
        // Reads to the end, or a talkative program would wait for its reader.
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("Listening on ") {
                    let _nobody_waits_any_more = tell.send(address.to_owned());
                }
            }
        });
        // Longer than any start takes; at once when the program ends without listening.
        program.address = told.recv_timeout(Duration::from_secs(60)).unwrap();
        program
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_waited_for = self.child.wait();
    }
}
