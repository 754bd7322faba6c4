//! Which hosts can only be this machine.

use std::net::Ipv6Addr;

use url::Host;

/// `localhost`, `*.localhost`, 127.0.0.0/8 or `[::1]`. IPv4 addresses written as IPv6 and `localhost.` with a dot are
/// not, because browsers treat them otherwise.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost" || name.as_ref().ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => *address == Ipv6Addr::LOCALHOST,
    }
}

/// The same of a `Host` header or the authority of a URL.
pub(crate) fn is_loopback_authority(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(address, _)| format!("[{address}]")),
        None => authority.split(':').next().map(str::to_owned),
    };
    host.and_then(|host| Host::parse(&host).ok()).is_some_and(|host| is_loopback(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r40_only_loopback_hosts_are_loopback_authorities() {
        for ours in [
            "localhost",
            "localhost:3000",
            "LOCALHOST:1",
            "a.localhost",
            "127.0.0.1:80",
            "[::1]:3000",
            "[::1]",
        ] {
            assert!(is_loopback_authority(ours), "{ours}");
        }
        for other in [
            "",
            "evil.example",
            "localhost.evil.example:3000",
            "0.0.0.0:3000",
            "[::ffff:7f00:1]",
            "10.0.0.1",
            "[::1",
            "localhost.",
        ] {
            assert!(!is_loopback_authority(other), "{other}");
        }
    }
}
