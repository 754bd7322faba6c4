//! The names of our cookies, all made from one base name.

use super::MAX_CHUNKS;

/// Every cookie name of one application, rendered once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CookieNames {
    /// `{base}`, `{base}.1` … `{base}.7`.
    parts: [String; MAX_CHUNKS],
    marker: String,
    looped: String,
    transaction_prefix: String,
    official: Option<String>,
}

/// Which of our cookies a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// The data cookie (0) or one of its chunks (1 … 7).
    Part(usize),
    Marker,
    Looped,
    /// The cookie shared with Scalekit's official packages.
    Official,
    /// The transaction of this flow.
    Transaction(&'a str),
}

impl CookieNames {
    /// The names that start with `base`, e.g. `__Host-scalekit`. See [`is_cookie_name`](Self::is_cookie_name).
    pub(crate) fn new(base: String) -> Self {
        let [marker, looped, transaction_prefix] =
            [MARKER, LOOPED, TRANSACTION].map(|suffix| format!("{base}{suffix}"));
        let mut parts: [String; MAX_CHUNKS] = std::array::from_fn(|index| format!("{base}.{index}"));
        let [data, ..] = &mut parts;
        *data = base;
        Self { parts, marker, looped, transaction_prefix, official: None }
    }

    /// And the cookie that is shared with Scalekit's official packages, by its full name.
    #[must_use]
    pub(crate) fn with_official(self, name: Option<String>) -> Self {
        Self { official: name, ..self }
    }

    /// The cookie that is shared with Scalekit's official packages.
    pub(crate) fn official(&self) -> Option<&str> {
        self.official.as_deref()
    }

    /// The cookie of the sealed session, or of its first part.
    pub(crate) fn data(&self) -> &str {
        let [data, ..] = &self.parts;
        data
    }

    /// The data cookie and its chunks, numbered.
    pub(super) fn parts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.parts.iter().map(String::as_str).enumerate()
    }

    /// The live marker.
    pub(crate) fn marker(&self) -> &str {
        &self.marker
    }

    /// The loop guard.
    pub(crate) fn looped(&self) -> &str {
        &self.looped
    }

    /// The transaction of one login flow. Only flows named with letters, digits, `-` and `_`, at most 64, are read
    /// back.
    pub(crate) fn transaction(&self, flow: &str) -> String {
        format!("{}{flow}", self.transaction_prefix)
    }

    /// Whether a cookie of that name is a session's: its data or its marker.
    pub(crate) fn is_of_session(&self, name: &[u8]) -> bool {
        matches!(self.role(name), Some(Role::Part(_) | Role::Marker | Role::Official))
    }

    /// Whether another cookie may have that name, which is compared byte by byte.
    pub(crate) fn admits(&self, name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&name.len()) && name.bytes().all(plain) && self.role(name.as_bytes()).is_none()
    }

    /// Whether a pair of name and value may be ours, before anything is known of it.
    pub(super) fn may_be_of(&self, pair: &[u8]) -> bool {
        pair.starts_with(self.data().as_bytes())
            || self.official.as_ref().is_some_and(|official| pair.starts_with(official.as_bytes()))
    }

    /// What a cookie name means, compared byte by byte (R43).
    pub(super) fn role<'a>(&self, name: &'a [u8]) -> Option<Role<'a>> {
        if self.official.as_ref().is_some_and(|official| official.as_bytes() == name) {
            return Some(Role::Official);
        }
        match name.strip_prefix(self.data().as_bytes())? {
            b"" => Some(Role::Part(0)),
            [b'.', digit @ b'1'..=b'7'] => Some(Role::Part(usize::from(digit - b'0'))),
            suffix if suffix == MARKER.as_bytes() => Some(Role::Marker),
            suffix if suffix == LOOPED.as_bytes() => Some(Role::Looped),
            suffix => {
                let flow = suffix.strip_prefix(TRANSACTION.as_bytes()).filter(|flow| is_flow(flow))?;
                str::from_utf8(flow).ok().map(Role::Transaction)
            }
        }
    }
}

const MARKER: &str = "-live";
const LOOPED: &str = "-loop";
const TRANSACTION: &str = "-tx-";

fn is_flow(flow: &[u8]) -> bool {
    (1..=64).contains(&flow.len())
        && flow.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The `tchar` of RFC 9110 §5.6.2, without the percent sign, because some servers decode names.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte)
}
