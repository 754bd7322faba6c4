//! Why a browser does not keep a cookie that it was sent.

use thiserror::Error;

/// Why a browser ignores a cookie that it was sent.
///
/// ```
/// use scalekit_conformance::browser::{Ignored, Jar};
///
/// let refused = Jar::default().take("https://app.test/", "id=1; Domain=other.test", 0);
/// assert_eq!(refused, Err(Ignored::OtherDomain));
/// assert_eq!(Ignored::OtherDomain.to_string(), "its domain is another's");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Ignored {
    /// The line holds control characters.
    #[error("it holds control characters")]
    ControlCharacters,
    /// Neither name nor value is there.
    #[error("it is empty")]
    Empty,
    /// Name and value are longer than 4096 bytes together.
    #[error("name and value exceed 4096 bytes")]
    TooLong,
    /// `Domain` names a public suffix, such as `com`.
    #[error("its domain is a public suffix")]
    PublicSuffix,
    /// `Domain` names neither the host nor a domain above it.
    #[error("its domain is another's")]
    OtherDomain,
    /// `Secure`, and neither TLS nor the machine itself.
    #[error("it is Secure and came over a connection that is not")]
    InsecureConnection,
    /// `SameSite=None` without `Secure`.
    #[error("SameSite=None needs Secure")]
    SameSiteNone,
    /// A cookie without a name whose value begins like the prefix of a name.
    #[error("it has no name and the value imitates a prefix")]
    NamelessPrefix,
    /// `__Host-` or `__Secure-` without `Secure`.
    #[error("its prefix needs Secure")]
    PrefixNeedsSecure,
    /// `__Host-` with `Domain`, or with another path than `/`.
    #[error("__Host- needs Path=/ and no Domain")]
    HostPrefix,
    /// It came over plain HTTP and would hide a `Secure` cookie of that name.
    #[error("a Secure cookie has that name")]
    HidesSecure,
}
