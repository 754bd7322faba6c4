//! Listeners that only this machine reaches.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

/// Browsers try both addresses of `localhost`, so the application takes both: otherwise they might meet another
/// server on one of them.
#[derive(Debug)]
pub(crate) struct Loopback {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

impl Loopback {
    /// Takes the port, or any free one for 0. A machine without IPv6 is fine.
    pub(crate) fn bind(port: u16) -> io::Result<Self> {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let port = v4.local_addr()?.port();
        let v6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
            Err(taken) if taken.kind() == io::ErrorKind::AddrInUse => return Err(taken),
            other => other.ok(),
        };
        Ok(Self { v4, v6, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Every listener there is.
    pub(crate) fn into_listeners(self) -> impl Iterator<Item = TcpListener> {
        std::iter::once(self.v4).chain(self.v6)
    }
}
