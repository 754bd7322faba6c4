//! The port, before Rocket takes it.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use rocket::Config;
use rocket::config::{LogLevel, Shutdown};

/// A port that is held for the application. The redirect URI needs it before Rocket listens. Rocket takes one address, by
/// number, so `localhost` is `127.0.0.1` here.
#[derive(Debug)]
pub(crate) struct Port {
    held: TcpListener,
    number: u16,
}

impl Port {
    /// Takes the port, or any free one for 0.
    pub(crate) fn hold(number: u16) -> io::Result<Self> {
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, number))?;
        let number = held.local_addr()?.port();
        Ok(Self { held, number })
    }

    pub(crate) fn number(&self) -> u16 {
        self.number
    }

    /// Lets the port go and hands it to Rocket, which only this machine reaches then. Signals are `main`'s.
    pub(crate) fn into_config(self) -> Config {
        drop(self.held);
        let shutdown = Shutdown {
            ctrlc: false,
            #[cfg(unix)]
            signals: [].into(),
            ..Shutdown::default()
        };
        let address = Ipv4Addr::LOCALHOST.into();
        Config { address, port: self.number, log_level: LogLevel::Off, shutdown, ..Config::default() }
    }
}
