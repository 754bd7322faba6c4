//! The attributes of our cookies, the same for setting and deleting, and the `Set-Cookie` lines.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use cookie::{Cookie, SameSite};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::name::is_token;

/// The longest time for which browsers keep a cookie (RFC 6265bis §5.5).
pub(crate) const MAX_COOKIE_AGE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The longest cookie that browsers keep, name and value together, in bytes (RFC 6265bis §5.6).
const MAX_PAIR: usize = 4096;

/// The path of cookies that browsers send with every request of the origin.
const ROOT: &str = "/";

/// The lowest limit of a line, in bytes. A lower one would leave no room for a value beside name and attributes.
const MIN_LINE_LIMIT: usize = 512;

/// The attributes of our cookies: `HttpOnly; SameSite=Lax`, `Path=/` unless another path is given, no `Domain`, and
/// `Secure` where the application is on `https`.
///
/// Setting and deleting use the same attributes. A browser deletes only a cookie of the same name, domain and path,
/// and a `__Host-` cookie only when the deleting line itself has the attributes that the prefix demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CookieSpec {
    secure: bool,
    line_limit: usize,
}

impl CookieSpec {
    /// `secure` is true when the redirect URI is `https`. Lines have at most 4096 bytes.
    pub(crate) const fn new(secure: bool) -> Self {
        Self { secure, line_limit: MAX_PAIR }
    }

    /// Another limit for a whole `Set-Cookie` line, in bytes, for proxies with smaller buffers. At least 512.
    pub(crate) fn with_line_limit(self, line_limit: usize) -> Self {
        Self { line_limit: line_limit.max(MIN_LINE_LIMIT), ..self }
    }

    /// A line that stores a value for `max_age`, or until the browser closes when that is `None`. An age is at least a
    /// second, because zero would delete the cookie, and at most 400 days.
    pub(crate) fn set(&self, name: &str, value: &str, max_age: Option<Duration>) -> SetCookie {
        self.set_at(name, ROOT, value, max_age)
    }

    /// Like [`set`](Self::set), for a cookie with a path of its own.
    pub(crate) fn set_at(&self, name: &str, path: &str, value: &str, max_age: Option<Duration>) -> SetCookie {
        self.line(name, path, value, max_age.map(|age| age.clamp(Duration::from_secs(1), MAX_COOKIE_AGE)))
    }

    /// A line that deletes the cookie, with the attributes with which it was set.
    pub(crate) fn remove(&self, name: &str) -> SetCookie {
        self.remove_at(name, ROOT)
    }

    /// Like [`remove`](Self::remove), for a cookie with a path of its own. A browser deletes a cookie only at its own
    /// path.
    pub(crate) fn remove_at(&self, name: &str, path: &str) -> SetCookie {
        self.line(name, path, "", Some(Duration::ZERO))
    }

    /// How many characters the value of a cookie of that name may have (R14).
    pub(crate) fn room(&self, name: &str, max_age: Option<Duration>) -> usize {
        self.room_at(name, ROOT, max_age)
    }

    /// Like [`room`](Self::room), for a cookie with a path of its own.
    pub(crate) fn room_at(&self, name: &str, path: &str, max_age: Option<Duration>) -> usize {
        let empty = self.set_at(name, path, "", max_age);
        let in_line = self.line_limit.saturating_sub(empty.line.len());
        let in_pair = MAX_PAIR.saturating_sub(empty.name_length);
        in_line.min(in_pair)
    }

    fn line(&self, name: &str, path: &str, value: &str, max_age: Option<Duration>) -> SetCookie {
        let name = escaped(name, is_token, NOT_TOKEN);
        let value = escaped(value, is_cookie_octet, NOT_COOKIE_OCTET);
        let name_length = name.len();
        let mut cookie =
            Cookie::build((name, value)).http_only(true).same_site(SameSite::Lax).path(path).build();
        cookie.set_secure(self.secure.then_some(true));
        // The conversion cannot fail: `set` limits the age.
        cookie.set_max_age(max_age.and_then(|age| cookie::time::Duration::try_from(age).ok()));
        SetCookie { line: cookie.to_string(), name_length }
    }
}

/// One `Set-Cookie` line. Always valid: it consists of visible ASCII and spaces, and has one name and one value.
///
/// There is no `Display`, and `Debug` shows the name only, so that no value gets into a log.
///
/// ```
/// use scalekit_session::{Clock, SessionManager};
/// use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// let environment = TestEnvironment::new();
/// let grant = environment.grant(&TestUser::new("usr_1"));
/// let cookies = environment.scalekit().seal(&grant, environment.clock().now())?;
/// let marker = &cookies[0];
/// assert!(marker.name().starts_with("__Host-") && marker.name().ends_with("-live"));
/// assert!(marker.as_str().contains("; HttpOnly; SameSite=Lax; Secure; Path=/"));
/// assert_eq!(format!("{marker:?}"), format!("SetCookie {{ name: {:?}, .. }}", marker.name()));
/// # Ok::<(), scalekit_session::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a cookie is set only when its line is sent"]
pub struct SetCookie {
    line: String,
    name_length: usize,
}

impl SetCookie {
    /// The cookie of a `Set-Cookie` line, for a session manager that seals its sessions itself. `None` when a character
    /// of the line is neither visible ASCII nor a space, or when name or value have a character that they may not have
    /// (RFC 6265 §4.1.1). The attributes are not checked.
    ///
    /// ```
    /// use scalekit_session::adapter::SetCookie;
    ///
    /// let cookie = SetCookie::parse("__Host-app=v1.c2VhbGVk; HttpOnly; SameSite=Lax; Secure; Path=/").unwrap();
    /// assert_eq!(cookie.name(), "__Host-app");
    /// assert!(SetCookie::parse("app=1\r\nset-cookie: app=2").is_none());
    /// ```
    pub fn parse(line: impl Into<String>) -> Option<Self> {
        let line = line.into();
        let (name, value) = line.split(';').next()?.split_once('=')?;
        let valid = !name.is_empty()
            && name.bytes().all(is_token)
            && value.bytes().all(is_cookie_octet)
            && line.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let name_length = name.len();
        valid.then_some(Self { line, name_length })
    }

    /// The value of the `Set-Cookie` header. Security: keep it out of logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.line
    }

    /// The name of the cookie.
    #[must_use]
    pub fn name(&self) -> &str {
        self.line.get(..self.name_length).unwrap_or_default()
    }

    /// The value of the `Set-Cookie` header, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.line
    }
}

impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// `text` unchanged when all its characters are allowed, as in all our cookies. Otherwise with escapes, so that no
/// text can end the line or add an attribute.
fn escaped<'a>(text: &'a str, allowed: impl Fn(u8) -> bool, escape: &'static AsciiSet) -> Cow<'a, str> {
    // `Iterator::all` would stop at the first byte that is not allowed. Without an early stop the compiler checks
    // many bytes at once.
    match text.bytes().fold(true, |all, byte| all & allowed(byte)) {
        true => Cow::Borrowed(text),
        false => utf8_percent_encode(text, escape).into(),
    }
}

/// Whether a byte may stand in a cookie's value (RFC 6265 §4.1.1).
const fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

const NOT_COOKIE_OCTET: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\');

const NOT_TOKEN: &AsciiSet = &NOT_COOKIE_OCTET
    .add(b'%')
    .add(b'(')
    .add(b')')
    .add(b'/')
    .add(b':')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'@')
    .add(b'[')
    .add(b']')
    .add(b'{')
    .add(b'}');
