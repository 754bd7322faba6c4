//! Which hosts are surely this machine (loopback).

use std::net::Ipv6Addr;

use url::Host;

/// From where the application can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// From any machine, over `https`: cookies are `Secure` and have `__Host-` names.
    Public,
    /// From this machine only, over `http`, for development: cookies are plain, and no other host is served.
    Loopback,
}

/// Whether the host is `localhost`, `*.localhost`, 127.0.0.0/8 or `[::1]`. IPv4 addresses written as IPv6 do not
/// count, nor does `localhost.` with a dot at the end, because browsers do not treat them as loopback.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost" || name.as_ref().ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => *address == Ipv6Addr::LOCALHOST,
    }
}

/// Whether the host in a `Host` header, or in the authority of a URL, is loopback as [`is_loopback`] has it.
pub(crate) fn is_loopback_authority(authority: &str) -> bool {
    let bracket = authority.find(']').map(|bracket| bracket + 1);
    let end = bracket.or_else(|| authority.find(':')).unwrap_or(authority.len());
    authority
        .split_at_checked(end)
        .is_some_and(|(host, port)| is_port(port) && Host::parse(host).is_ok_and(|host| is_loopback(&host)))
}

/// Whether the text is empty, or a colon with a number or nothing after it (RFC 3986 §3.2.3).
fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
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
            "localhost:",
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
            "localhost:x@evil.example",
            "localhost:3000:1",
            "user@localhost",
            "[::1]x",
            "[::1]:x",
            "::1",
        ] {
            assert!(!is_loopback_authority(other), "{other}");
        }
    }
}
