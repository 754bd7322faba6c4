//! The attributes of our cookies, declared once for setting and removing, and the lines they make.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use cookie::{Cookie, SameSite};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::name::is_token;

/// What browsers keep a cookie for at most (RFC 6265bis §5.5).
pub(crate) const MAX_COOKIE_AGE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// What a browser keeps of one cookie, name and value together (RFC 6265bis §5.6).
const MAX_PAIR: usize = 4096;

/// The path of a cookie that every request of the origin carries.
const ROOT: &str = "/";

/// A limit below this leaves no room for a value beside name and attributes.
const MIN_LINE_LIMIT: usize = 512;

/// The attributes of every cookie of ours: `HttpOnly; SameSite=Lax`, `Path=/` unless another is said, no `Domain`, and
/// `Secure` or not.
///
/// Setting and removing share them, because a browser deletes only what has the same name, domain and path, and a
/// `__Host-` cookie only when the line itself satisfies the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CookieSpec {
    secure: bool,
    line_limit: usize,
}

impl CookieSpec {
    /// `secure` as the redirect URI says; lines of at most 4096 bytes.
    pub(crate) const fn new(secure: bool) -> Self {
        Self { secure, line_limit: MAX_PAIR }
    }

    /// Another limit for a whole `Set-Cookie` line, for proxies with smaller buffers; at least 512.
    pub(crate) fn with_line_limit(self, line_limit: usize) -> Self {
        Self { line_limit: line_limit.max(MIN_LINE_LIMIT), ..self }
    }

    /// A line that stores a value; without `max_age` until the browser closes. An age is at least a second, because
    /// zero deletes, and at most 400 days.
    pub(crate) fn set(&self, name: &str, value: &str, max_age: Option<Duration>) -> SetCookie {
        self.set_at(name, ROOT, value, max_age)
    }

    /// The same for a cookie with a path of its own.
    pub(crate) fn set_at(&self, name: &str, path: &str, value: &str, max_age: Option<Duration>) -> SetCookie {
        self.line(name, path, value, max_age.map(|age| age.clamp(Duration::from_secs(1), MAX_COOKIE_AGE)))
    }

    /// A line that deletes the cookie, with the same attributes.
    pub(crate) fn remove(&self, name: &str) -> SetCookie {
        self.remove_at(name, ROOT)
    }

    /// The same for a cookie with a path of its own: a browser deletes it there only.
    pub(crate) fn remove_at(&self, name: &str, path: &str) -> SetCookie {
        self.line(name, path, "", Some(Duration::ZERO))
    }

    /// How many characters of value a cookie of that name takes (R14).
    pub(crate) fn room(&self, name: &str, max_age: Option<Duration>) -> usize {
        self.room_at(name, ROOT, max_age)
    }

    /// The same for a cookie with a path of its own.
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
        // Whole seconds that fit, as `set` limits them.
        cookie.set_max_age(max_age.and_then(|age| cookie::time::Duration::try_from(age).ok()));
        SetCookie { line: cookie.to_string(), name_length }
    }
}

/// One `Set-Cookie` line, valid whatever it was made from: visible ASCII and spaces, one name, one value.
///
/// It has no `Display`: the value must not end up in a log.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a cookie is set only when its line is sent"]
pub struct SetCookie {
    line: String,
    name_length: usize,
}

impl SetCookie {
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

/// `text` itself when it may stand in a cookie, which all of ours may; else with escapes, so that no text can end
/// the line or add an attribute.
fn escaped<'a>(text: &'a str, allowed: impl Fn(u8) -> bool, escape: &'static AsciiSet) -> Cow<'a, str> {
    // Without a way out in between, the compiler checks many bytes at once.
    match text.bytes().fold(true, |all, byte| all & allowed(byte)) {
        true => Cow::Borrowed(text),
        false => utf8_percent_encode(text, escape).into(),
    }
}

/// RFC 6265 §4.1.1.
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
