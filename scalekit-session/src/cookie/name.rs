//! The names of our cookies, all made from one base name.

use super::data::{DataNames, SplitNames};
use crate::cookie::form::Form;

/// Every cookie name of one application, rendered once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CookieNames {
    /// `{base}`, `{base}.1` … `{base}.7`.
    whole: DataNames,
    marker: String,
    looped: String,
    hop: String,
    transaction_prefix: String,
    official: Option<String>,
    split: Option<Box<SplitNames>>,
}

/// Which of our cookies a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// The data cookie (0) or one of its chunks (1 … 7).
    Part(usize),
    Marker,
    Looped,
    Hop,
    /// The cookie shared with Scalekit's official packages.
    Official,
    /// The transaction of this flow.
    Transaction(&'a str),
}

impl CookieNames {
    /// The names that start with `base`, e.g. `__Host-scalekit`. See [`is_cookie_name`](Self::is_cookie_name).
    pub(crate) fn new(base: String) -> Self {
        let [marker, looped, hop, transaction_prefix] =
            [MARKER, LOOPED, HOP, TRANSACTION].map(|suffix| format!("{base}{suffix}"));
        let whole = DataNames::new(base, "/");
        Self { whole, marker, looped, hop, transaction_prefix, official: None, split: None }
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

    /// And the cookies of the split layout.
    #[must_use]
    pub(crate) fn with_split(self, split: Option<SplitNames>) -> Self {
        Self { split: split.map(Box::new), ..self }
    }

    /// Whether sessions lie in the cookies of the split layout.
    pub(crate) fn is_split(&self) -> bool {
        self.split.is_some()
    }

    /// The form that ordinary requests show.
    pub(crate) fn served(&self) -> Form {
        if self.is_split() { Form::Access } else { Form::Whole }
    }

    /// The data cookies of a form of ours, where it is in use.
    pub(crate) fn of(&self, form: Form) -> Option<&DataNames> {
        let split = self.split.as_deref();
        match form {
            Form::Whole => Some(&self.whole),
            Form::Official => None,
            Form::Access => split.map(|names| &names.access),
            Form::Refresh => split.map(|names| &names.refresh),
            Form::Identity => split.map(|names| &names.identity),
        }
    }

    /// The base name, under which a session in one piece is sealed.
    pub(crate) fn data(&self) -> &str {
        self.whole.name()
    }

    /// The live marker.
    pub(crate) fn marker(&self) -> &str {
        &self.marker
    }

    /// The loop guard.
    pub(crate) fn looped(&self) -> &str {
        &self.looped
    }

    /// The hop guard of the split layout.
    pub(crate) fn hop(&self) -> &str {
        &self.hop
    }

    /// The transaction of one login flow. Only flows named with letters, digits, `-` and `_`, at most 64, are read
    /// back.
    pub(crate) fn transaction(&self, flow: &str) -> String {
        format!("{}{flow}", self.transaction_prefix)
    }

    /// Whether a cookie of that name is a session's: its data or its marker.
    pub(crate) fn is_of_session(&self, name: &[u8]) -> bool {
        let of_session = |form| matches!(self.role(name, form), Some(Role::Part(_)));
        matches!(self.role(name, Form::Whole), Some(Role::Part(_) | Role::Marker | Role::Official))
            || (self.is_split() && Form::SPLIT.into_iter().any(of_session))
    }

    /// Whether another cookie may have that name, which is compared byte by byte.
    pub(crate) fn admits(&self, name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&name.len())
            && name.bytes().all(plain)
            && self.role(name.as_bytes(), Form::Whole).is_none()
    }

    /// Whether a pair of name and value may be ours, before anything is known of it.
    pub(super) fn may_be_of(&self, pair: &[u8], form: Form) -> bool {
        // Of all that comes here, this is what the default needs.
        pair.starts_with(self.data().as_bytes())
            || self.official.as_ref().is_some_and(|official| pair.starts_with(official.as_bytes()))
            || self
                .split
                .as_ref()
                .and_then(|_| self.of(form))
                .is_some_and(|data| pair.starts_with(data.name().as_bytes()))
    }

    /// What a cookie name means to a request that may show that form, compared byte by byte (R43).
    pub(super) fn role<'a>(&self, name: &'a [u8], form: Form) -> Option<Role<'a>> {
        if self.official.as_ref().is_some_and(|official| official.as_bytes() == name) {
            return Some(Role::Official);
        }
        if let Some(part) = self.of(form).and_then(|data| data.part(name)) {
            return Some(Role::Part(part));
        }
        match name.strip_prefix(self.data().as_bytes())? {
            suffix if suffix == MARKER.as_bytes() => Some(Role::Marker),
            suffix if suffix == LOOPED.as_bytes() => Some(Role::Looped),
            suffix if suffix == HOP.as_bytes() => Some(Role::Hop),
            suffix => {
                let flow = suffix.strip_prefix(TRANSACTION.as_bytes()).filter(|flow| is_flow(flow))?;
                str::from_utf8(flow).ok().map(Role::Transaction)
            }
        }
    }
}

const MARKER: &str = "-live";
const LOOPED: &str = "-loop";
const HOP: &str = "-hop";
const TRANSACTION: &str = "-tx-";

fn is_flow(flow: &[u8]) -> bool {
    (1..=64).contains(&flow.len())
        && flow.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The `tchar` of RFC 9110 §5.6.2, without the percent sign, because some servers decode names.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte)
}
