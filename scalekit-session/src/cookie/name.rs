//! [`CookieNames`]: the names of our cookies. Most are made from one base name.

use super::data::{DataNames, SplitNames};
use super::holder::{Holder, Part};

/// Every cookie name of one application, formatted once.
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

/// Which of our cookies has a name.
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
    /// The names that start with `base`, for example `__Host-scalekit`.
    pub(crate) fn new(base: String) -> Self {
        let [marker, looped, hop, transaction_prefix] =
            [MARKER, LOOPED, HOP, TRANSACTION].map(|suffix| format!("{base}{suffix}"));
        let whole = DataNames::new(base, "/");
        Self { whole, marker, looped, hop, transaction_prefix, sdk: None, split: None }
    }

    /// These names with the full name of the SDK cookie.
    #[must_use]
    pub(crate) fn with_sdk(self, name: Option<String>) -> Self {
        Self { sdk: name, ..self }
    }

    /// The name of the SDK cookie.
    pub(crate) fn sdk(&self) -> Option<&str> {
        self.sdk.as_deref()
    }

    /// These names with the names of the split layout.
    #[must_use]
    pub(crate) fn with_split(self, split: Option<SplitNames>) -> Self {
        Self { split: split.map(Box::new), ..self }
    }

    /// Our own data cookie that ordinary requests show.
    pub(crate) fn served(&self) -> Holder {
        if self.split.is_some() { Holder::Split(Part::Access) } else { Holder::OneCookie }
    }

    /// The names of one of our own data cookies and its chunks. `None` when that cookie is not in use.
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

    /// The name of the live marker.
    pub(crate) fn marker(&self) -> &str {
        &self.marker
    }

    /// The name of the loop guard.
    pub(crate) fn looped(&self) -> &str {
        &self.looped
    }

    /// The name of the hop guard of the split layout.
    pub(crate) fn hop(&self) -> &str {
        &self.hop
    }

    /// The name of the cookie of one login flow. A flow is read back only when its name has at most 64 characters, all
    /// of them letters, digits, `-` or `_`.
    pub(crate) fn transaction(&self, flow: &str) -> String {
        format!("{}{flow}", self.transaction_prefix)
    }

    /// Whether a cookie of that name belongs to a session: as its data or as its marker.
    pub(crate) fn is_of_session(&self, name: &[u8]) -> bool {
        matches!(self.role(name), Some(Role::Data(..) | Role::Marker | Role::Sdk))
    }

    /// Whether a further cookie may get that name: it is a plain name, and none of our cookies has it.
    pub(crate) fn admits(&self, name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&name.len()) && name.bytes().all(plain) && self.role(name.as_bytes()).is_none()
    }

    /// Whether a pair of name and value may be one of our cookies. A quick check before the name is read.
    pub(super) fn may_be_ours(&self, pair: &[u8]) -> bool {
        // Most applications use neither the SDK cookie nor the split layout, so only the base name is compared.
        begins(pair, self.data())
            || self.sdk.as_ref().is_some_and(|sdk| begins(pair, sdk))
            || self
                .split
                .as_deref()
                .is_some_and(|split| Part::ALL.into_iter().any(|part| begins(pair, split.of(part).name())))
    }

    /// Which of our cookies has that name. Names are compared byte by byte (R43).
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

/// Whether a pair begins with that name. The first bytes are compared first, because that excludes most other cookies
/// without a function call.
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
