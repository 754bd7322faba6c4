//! [`Transaction`]: one login flow, from the login route to the callback, in a sealed cookie of its own (R22).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::cookie::{CookieNames, RequestCookies, SetCookie};
use crate::id::FlowId;
use crate::instance::Instance;
use crate::memory::logins::LIFETIME;
use crate::random::{RandomError, random};
use crate::rules::return_to::ReturnTo;
use crate::seal::Purpose;
use crate::secret::{CodeVerifier, Nonce};

/// How many flows one browser may have under way.
const FLOWS: usize = 5;
/// How many bytes the cookies of these flows may have together.
const BYTES: usize = 3584;

/// One login flow under way.
pub(crate) struct Transaction {
    begun_at: Timestamp,
    state: Zeroizing<String>,
    nonce: Zeroizing<String>,
    verifier: Zeroizing<String>,
    /// Another site began this login, so it may not change who is signed in without the user's confirmation (R55).
    pub(crate) begun_elsewhere: bool,
    pub(crate) return_to: ReturnTo,
}

impl Transaction {
    /// A new flow: state, nonce and code verifier of 256 random bits each.
    pub(crate) fn begin(
        return_to: ReturnTo,
        begun_elsewhere: bool,
        now: Timestamp,
    ) -> Result<Self, RandomError> {
        Ok(Self {
            begun_at: now,
            state: text_of(&*random()?),
            nonce: text_of(&*random()?),
            verifier: text_of(&*random()?),
            begun_elsewhere,
            return_to,
        })
    }

    pub(crate) fn state(&self) -> &str {
        &self.state
    }

    pub(crate) fn nonce(&self) -> Nonce {
        Nonce::new(self.nonce.as_str())
    }

    pub(crate) fn verifier(&self) -> CodeVerifier {
        CodeVerifier::new(self.verifier.as_str())
    }

    pub(crate) fn flow(&self) -> FlowId {
        FlowId::of(&self.state)
    }

    fn is_over(&self, now: Timestamp) -> bool {
        now >= self.begun_at + LIFETIME || self.begun_at > now + LIFETIME
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(160 + self.return_to.as_str().len()));
        bytes.extend_from_slice(&self.begun_at.as_millis().to_be_bytes());
        for secret in [&self.state, &self.nonce, &self.verifier] {
            bytes.extend_from_slice(secret.as_bytes());
        }
        bytes.push(u8::from(self.begun_elsewhere));
        bytes.extend_from_slice(self.return_to.as_str().as_bytes());
        bytes
    }

    /// Reads a flow. The return path is checked again, because an older release may have sealed it with fewer rules
    /// (R39).
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (begun_at, rest) = bytes.split_first_chunk::<8>()?;
        let (state, rest) = text(rest)?;
        let (nonce, rest) = text(rest)?;
        let (verifier, rest) = text(rest)?;
        let (begun_elsewhere, rest) = rest.split_first()?;
        let return_to = std::str::from_utf8(rest).ok().and_then(|path| ReturnTo::parse(path).ok());
        let begun_at = Timestamp::from_millis(u64::from_be_bytes(*begun_at));
        let (begun_elsewhere, return_to) = (*begun_elsewhere != 0, return_to.unwrap_or_default());
        Some(Self { begun_at, state, nonce, verifier, begun_elsewhere, return_to })
    }
}

/// How many characters 32 random bytes have in base64url.
const TEXT: usize = 43;

fn text_of(bytes: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes))
}

fn text(bytes: &[u8]) -> Option<(Zeroizing<String>, &[u8])> {
    let (text, rest) = bytes.split_at_checked(TEXT)?;
    Some((Zeroizing::new(std::str::from_utf8(text).ok()?.to_owned()), rest))
}

/// The cookies that begin a flow: the flow's own cookie, and the removal of flows that are over. When there are too
/// many flows, the oldest are removed.
pub(crate) fn begin_cookies(
    instance: &Instance,
    transaction: &Transaction,
    present: &RequestCookies<'_>,
    now: Timestamp,
) -> Result<Vec<SetCookie>, RandomError> {
    let name = name(&instance.layout.names, transaction.flow());
    let value = instance
        .layout
        .keyring
        .seal(Purpose::Transaction, &name, &transaction.encode())
        .map_err(|_| RandomError)?;
    let mut bytes = name.len() + value.len();
    let mut cookies = vec![instance.layout.spec.set(&name, &value, Some(LIFETIME))];

    let mut others: Vec<(Timestamp, String, usize)> = Vec::new();
    for (flow, value) in present.transactions() {
        let name = instance.layout.names.transaction(flow);
        match open(instance, &name, value).filter(|other| !other.is_over(now)) {
            Some(other) => others.push((other.begun_at, name, value.len())),
            None => cookies.push(instance.layout.spec.remove(&name)),
        }
    }
    others.sort_unstable_by_key(|(begun_at, ..)| std::cmp::Reverse(*begun_at));
    for (index, (_, name, length)) in others.iter().enumerate() {
        bytes += name.len() + length;
        if index + 2 > FLOWS || bytes > BYTES {
            cookies.push(instance.layout.spec.remove(name));
        }
    }
    Ok(cookies)
}

/// The flow that a callback's `state` belongs to, if this browser began it.
pub(crate) fn find(
    instance: &Instance,
    present: &RequestCookies<'_>,
    state: &str,
    now: Timestamp,
) -> Option<Transaction> {
    let name = name(&instance.layout.names, FlowId::of(state));
    present
        .transactions()
        .filter(|(flow, _)| instance.layout.names.transaction(flow) == name)
        .filter_map(|(_, value)| open(instance, &name, value))
        .find(|transaction| transaction.state.as_bytes().ct_eq(state.as_bytes()).into())
        .filter(|transaction| !transaction.is_over(now))
}

/// The line that removes a flow's cookie.
pub(crate) fn end_cookie(instance: &Instance, flow: FlowId) -> SetCookie {
    instance.layout.spec.remove(&name(&instance.layout.names, flow))
}

fn open(instance: &Instance, name: &str, value: &[u8]) -> Option<Transaction> {
    let value = std::str::from_utf8(value).ok()?;
    let opened = instance.layout.keyring.open(Purpose::Transaction, name, value).ok()?;
    Transaction::decode(&opened.plaintext)
}

fn name(names: &CookieNames, flow: FlowId) -> String {
    names.transaction(&flow.suffix())
}
