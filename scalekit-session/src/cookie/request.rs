//! What a request's `Cookie` lines hold under our names, borrowed and without allocation.

use std::fmt;

use memchr::memchr;

use super::candidate;
use super::chunk::ChunkSet;
use super::name::{CookieNames, Role};
use crate::cookie::form::Form;
use crate::request::Headers;
use crate::seal::MAX_CHUNKS;
use crate::seal::{Sealed, looks_sealed};

/// How many cookies of one name are tried. A browser sends several when they were set for different domains or
/// paths (R23); more than four of them is an attack, and the oldest-established come first.
const MAX_DUPLICATES: usize = 4;

/// How many login flows are read. We keep at most five alive (R22).
const MAX_TRANSACTIONS: usize = 16;

/// Our cookies of one request, as they were sent.
pub(crate) struct RequestCookies<'a> {
    parts: [Values<'a>; MAX_CHUNKS],
    markers: Values<'a>,
    looped: Option<&'a [u8]>,
    hop: Option<&'a [u8]>,
    official: Values<'a>,
    official_left_out: bool,
    transactions: [Option<(&'a str, &'a [u8])>; MAX_TRANSACTIONS],
}

/// The values of cookies with the same name, in order of arrival.
pub(super) type Values<'a> = [Option<&'a [u8]>; MAX_DUPLICATES];

impl<'a> RequestCookies<'a> {
    /// Scans all `Cookie` lines once. Hostile bytes cost their length and nothing more (R16, R43).
    pub(crate) fn gather(headers: &'a dyn Headers, names: &CookieNames) -> Self {
        Self::gather_of(headers, names, names.served())
    }

    /// The same with the data cookies of that form.
    pub(crate) fn gather_of(headers: &'a dyn Headers, names: &CookieNames, form: Form) -> Self {
        let mut cookies = Self {
            parts: [[None; MAX_DUPLICATES]; MAX_CHUNKS],
            markers: [None; MAX_DUPLICATES],
            looped: None,
            hop: None,
            official: [None; MAX_DUPLICATES],
            official_left_out: false,
            transactions: [None; MAX_TRANSACTIONS],
        };
        headers.visit("cookie", &mut |line| cookies.scan(line, names, form));
        cookies
    }

    /// Whether a data cookie came. An empty one is none: it is what some proxies make of a deleted cookie.
    pub(crate) fn has_data(&self) -> bool {
        let [data, ..] = &self.parts;
        data.iter().chain(&self.official).flatten().any(|value| !value.is_empty())
    }

    /// Whether more of them came than are tried: the genuine one may be among those left out.
    pub(crate) fn leaves_official_out(&self) -> bool {
        self.official_left_out
    }

    /// The values of the cookie that is shared with Scalekit's official packages.
    pub(crate) fn official(&self) -> impl Iterator<Item = Sealed<'a>> {
        self.official.into_iter().flatten().map(Sealed::whole)
    }

    /// The live markers, more than one when a name came several times.
    pub(crate) fn markers(&self) -> impl Iterator<Item = &'a [u8]> {
        self.markers.into_iter().flatten()
    }

    /// The sealed values that the data cookie and its chunks can mean, at most 16. There is one unless names came
    /// several times; of mixed chunks the seal tells (R18).
    pub(crate) fn candidates(&self) -> impl Iterator<Item = Sealed<'a>> {
        candidate::candidates(&self.parts)
    }

    /// Which of the data cookie and its chunks came.
    pub(crate) fn own_chunks(&self) -> ChunkSet {
        self.parts
            .iter()
            .enumerate()
            .filter(|(_, values)| is_present(values))
            .map(|(index, _)| index)
            .collect()
    }

    /// The login flows that came, by name of the flow.
    pub(crate) fn transactions(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.transactions.into_iter().flatten()
    }

    /// The loop guard.
    pub(crate) fn looped(&self) -> Option<&'a [u8]> {
        self.looped
    }

    /// The hop guard.
    pub(crate) fn hop(&self) -> Option<&'a [u8]> {
        self.hop
    }

    fn scan(&mut self, mut line: &'a [u8], names: &CookieNames, form: Form) {
        while !line.is_empty() {
            line = trim_start(line);
            let end = memchr(b';', line).unwrap_or(line.len());
            let (pair, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
            // Most cookies are not ours: look for the `=` of those only.
            if names.may_be_of(pair, form) {
                self.keep(pair, names, form);
            }
            line = rest.get(1..).unwrap_or_default();
        }
    }

    fn keep(&mut self, pair: &'a [u8], names: &CookieNames, form: Form) {
        let Some((name, value)) = memchr(b'=', pair).and_then(|at| pair.split_at_checked(at)) else {
            return; // a pair without a name is nobody's cookie
        };
        let value = trim(value.get(1..).unwrap_or_default());
        match names.role(trim_end(name), form) {
            // Names without the `__Host-` prefix are anybody's to set in a domain: what cannot be ours takes no place.
            Some(Role::Part(0)) if Form::SPLIT.contains(&form) && !looks_sealed(value) => {}
            Some(Role::Part(index)) => {
                if let Some(part) = self.parts.get_mut(index) {
                    push(part, value);
                }
            }
            Some(Role::Marker) => {
                push(&mut self.markers, value);
            }
            Some(Role::Looped) => self.looped = self.looped.or(Some(value)),
            Some(Role::Hop) => self.hop = self.hop.or(Some(value)),
            Some(Role::Official) => self.official_left_out |= !push(&mut self.official, value),
            Some(Role::Transaction(flow)) => {
                push(&mut self.transactions, (flow, value));
            }
            None => {}
        }
    }
}

impl fmt::Debug for RequestCookies<'_> {
    /// Tells what came and nothing of the values (R46).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestCookies")
            .field("chunks", &self.own_chunks())
            .field("markers", &self.markers().count())
            .field("transactions", &self.transactions().count())
            .field("looped", &self.looped.is_some())
            .finish_non_exhaustive()
    }
}

/// Puts a value in the first free place, and says whether there was one; what finds none is dropped.
fn push<T>(places: &mut [Option<T>], value: T) -> bool {
    match places.iter_mut().find(|place| place.is_none()) {
        Some(free) => {
            *free = Some(value);
            true
        }
        None => false,
    }
}

/// Places are filled from the front.
fn is_present(values: &Values<'_>) -> bool {
    values.first().is_some_and(Option::is_some)
}

fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// Without spaces and tabs in front. Other white space belongs to the name (R43).
fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}
