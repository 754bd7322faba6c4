//! What a request's `Cookie` lines hold under our names, borrowed and without allocation.

use std::fmt;

use memchr::memchr;

use super::candidate;
use super::chunk::ChunkSet;
use super::holder::Holder;
use super::name::{CookieNames, Role};
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
    served: Holder,
    /// The data cookie that ordinary requests show.
    parts: Parts<'a>,
    /// The data cookies that ordinary requests do not show: two of the split layout, and what is left of our one cookie
    /// from before it.
    others: Vec<(Holder, Parts<'a>)>,
    markers: Values<'a>,
    looped: Option<&'a [u8]>,
    hop: Option<&'a [u8]>,
    sdk: Values<'a>,
    sdk_left_out: bool,
    transactions: [Option<(&'a str, &'a [u8])>; MAX_TRANSACTIONS],
}

/// The values of cookies with the same name, in order of arrival.
pub(super) type Values<'a> = [Option<&'a [u8]>; MAX_DUPLICATES];

/// The values of a data cookie and its chunks.
type Parts<'a> = [Values<'a>; MAX_CHUNKS];

const NO_PARTS: Parts<'static> = [[None; MAX_DUPLICATES]; MAX_CHUNKS];

#[cfg(test)]
thread_local! {
    /// How often this thread scanned `Cookie` lines.
    pub(crate) static SCANS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

impl<'a> RequestCookies<'a> {
    /// Scans all `Cookie` lines once, for every cookie of ours. Hostile bytes cost their length and nothing more (R16,
    /// R43).
    pub(crate) fn gather(headers: &'a dyn Headers, names: &CookieNames) -> Self {
        #[cfg(test)]
        SCANS.set(SCANS.get() + 1);
        let mut cookies = Self {
            served: names.served(),
            parts: NO_PARTS,
            others: Vec::new(),
            markers: [None; MAX_DUPLICATES],
            looped: None,
            hop: None,
            sdk: [None; MAX_DUPLICATES],
            sdk_left_out: false,
            transactions: [None; MAX_TRANSACTIONS],
        };
        headers.visit("cookie", &mut |line| cookies.scan(line, names));
        cookies
    }

    /// Whether a data cookie came. An empty one is none: it is what some proxies make of a deleted cookie.
    pub(crate) fn has_data(&self) -> bool {
        let [data, ..] = &self.parts;
        data.iter().chain(&self.sdk).flatten().any(|value| !value.is_empty())
    }

    /// Whether more SDK cookies came than are tried: the genuine one may be among those left out.
    pub(crate) fn leaves_sdk_out(&self) -> bool {
        self.sdk_left_out
    }

    /// The values of the SDK cookie.
    pub(crate) fn sdk(&self) -> impl Iterator<Item = Sealed<'a>> {
        self.sdk.into_iter().flatten().map(Sealed::whole)
    }

    /// The live markers, more than one when a name came several times.
    pub(crate) fn markers(&self) -> impl Iterator<Item = &'a [u8]> {
        self.markers.into_iter().flatten()
    }

    /// The sealed values that a data cookie of ours and its chunks can mean, at most 16. There is one unless names came
    /// several times; of mixed chunks the seal tells (R18).
    pub(crate) fn candidates(&self, holder: Holder) -> impl Iterator<Item = Sealed<'a>> {
        candidate::candidates(self.of(holder))
    }

    /// The sealed value of a data cookie of ours that came once and in one piece, as nearly all do: the only candidate.
    pub(crate) fn sole_candidate(&self, holder: Holder) -> Option<Sealed<'a>> {
        candidate::sole(self.of(holder))
    }

    /// Which of a data cookie of ours and its chunks came.
    pub(crate) fn chunks(&self, holder: Holder) -> ChunkSet {
        let parts = self.of(holder).iter().enumerate();
        parts.filter(|(_, values)| is_present(values)).map(|(index, _)| index).collect()
    }

    fn of(&self, holder: Holder) -> &Parts<'a> {
        if holder == self.served {
            return &self.parts;
        }
        self.others.iter().find(|(own, _)| *own == holder).map_or(&NO_PARTS, |(_, parts)| parts)
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

    fn scan(&mut self, mut line: &'a [u8], names: &CookieNames) {
        while !line.is_empty() {
            line = trim_start(line);
            let end = memchr(b';', line).unwrap_or(line.len());
            let (pair, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
            // Most cookies are not ours: look for the `=` of ours only.
            if names.may_be_ours(pair) {
                self.keep(pair, names);
            }
            line = rest.get(1..).unwrap_or_default();
        }
    }

    fn keep(&mut self, pair: &'a [u8], names: &CookieNames) {
        let Some((name, value)) = memchr(b'=', pair).and_then(|at| pair.split_at_checked(at)) else {
            return; // a pair without a name is no cookie of ours
        };
        let value = trim(value.get(1..).unwrap_or_default());
        match names.role(trim_end(name)) {
            // A sibling domain can set names without the `__Host-` prefix: a value that cannot be ours takes no place.
            Some(Role::Data(Holder::Split(_), 0)) if !looks_sealed(value) => {}
            Some(Role::Data(holder, index)) => self.keep_data(holder, index, value),
            Some(Role::Marker) => {
                push(&mut self.markers, value);
            }
            Some(Role::Looped) => self.looped = self.looped.or(Some(value)),
            Some(Role::Hop) => self.hop = self.hop.or(Some(value)),
            Some(Role::Sdk) => self.sdk_left_out |= !push(&mut self.sdk, value),
            Some(Role::Transaction(flow)) => {
                push(&mut self.transactions, (flow, value));
            }
            None => {}
        }
    }

    fn keep_data(&mut self, holder: Holder, index: usize, value: &'a [u8]) {
        let parts = if holder == self.served {
            &mut self.parts
        } else {
            if self.others.iter().all(|(own, _)| *own != holder) {
                self.others.push((holder, NO_PARTS));
            }
            let Some((_, parts)) = self.others.iter_mut().find(|(own, _)| *own == holder) else { return };
            parts
        };
        if let Some(values) = parts.get_mut(index) {
            push(values, value);
        }
    }
}

impl fmt::Debug for RequestCookies<'_> {
    /// Tells what came and nothing of the values (R46).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestCookies")
            .field("chunks", &self.chunks(self.served))
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
