//! The names of our cookies, all made from one base name.

use super::data::{DataNames, SplitNames};
use super::holder::{Holder, Part};

/// Every cookie name of one application, rendered once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CookieNames {
    /// `{base}`, `{base}.1` … `{base}.7`.
    whole: DataNames,
    marker: String,
    looped: String,
    hop: String,
    transaction_prefix: String,
    sdk: Option<String>,
    split: Option<Box<SplitNames>>,
}

/// Which of our cookies a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// A data cookie (0) or one of its chunks (1 … 7).
    Data(Holder, usize),
    Marker,
    Looped,
    Hop,
    /// The SDK cookie.
    Sdk,
    /// The transaction of this flow.
    Transaction(&'a str),
}

impl CookieNames {
    /// The names that start with `base`, e.g. `__Host-scalekit`. See [`is_cookie_name`](Self::is_cookie_name).
    pub(crate) fn new(base: String) -> Self {
        let [marker, looped, hop, transaction_prefix] =
            [MARKER, LOOPED, HOP, TRANSACTION].map(|suffix| format!("{base}{suffix}"));
        let whole = DataNames::new(base, "/");
        Self { whole, marker, looped, hop, transaction_prefix, sdk: None, split: None }
    }

    /// And the SDK cookie, by its full name.
    #[must_use]
    pub(crate) fn with_sdk(self, name: Option<String>) -> Self {
        Self { sdk: name, ..self }
    }

    /// The SDK cookie.
    pub(crate) fn sdk(&self) -> Option<&str> {
        self.sdk.as_deref()
    }

    /// And the cookies of the split layout.
    #[must_use]
    pub(crate) fn with_split(self, split: Option<SplitNames>) -> Self {
        Self { split: split.map(Box::new), ..self }
    }

    /// The data cookie of ours that ordinary requests show.
    pub(crate) fn served(&self) -> Holder {
        if self.split.is_some() { Holder::Split(Part::Access) } else { Holder::OneCookie }
    }

    /// The names of a data cookie of ours, where it is in use.
    pub(crate) fn of(&self, holder: Holder) -> Option<&DataNames> {
        match holder {
            Holder::OneCookie => Some(&self.whole),
            Holder::SdkCookie => None,
            Holder::Split(part) => self.split.as_deref().map(|split| split.of(part)),
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
        matches!(self.role(name), Some(Role::Data(..) | Role::Marker | Role::Sdk))
    }

    /// Whether another cookie may have that name, which is compared byte by byte.
    pub(crate) fn admits(&self, name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&name.len()) && name.bytes().all(plain) && self.role(name.as_bytes()).is_none()
    }

    /// Whether a pair of name and value may be ours, before anything is known of it.
    pub(super) fn may_be_ours(&self, pair: &[u8]) -> bool {
        // Most applications need only the first of these.
        begins(pair, self.data())
            || self.sdk.as_ref().is_some_and(|sdk| begins(pair, sdk))
            || self
                .split
                .as_deref()
                .is_some_and(|split| Part::ALL.into_iter().any(|part| begins(pair, split.of(part).name())))
    }

    /// What a cookie name means, compared byte by byte (R43).
    pub(super) fn role<'a>(&self, name: &'a [u8]) -> Option<Role<'a>> {
        if self.sdk.as_ref().is_some_and(|sdk| sdk.as_bytes() == name) {
            return Some(Role::Sdk);
        }
        if let Some(split) = &self.split {
            for part in Part::ALL {
                if let Some(index) = split.of(part).part(name) {
                    return Some(Role::Data(Holder::Split(part), index));
                }
            }
        }
        if let Some(index) = self.whole.part(name) {
            return Some(Role::Data(Holder::OneCookie, index));
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

/// Whether a pair begins with that name. The first byte tells most names of other cookies apart, without a call.
fn begins(pair: &[u8], name: &str) -> bool {
    pair.first() == name.as_bytes().first() && pair.starts_with(name.as_bytes())
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
