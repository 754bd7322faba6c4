//! [`RequestCookies`]: our cookies in the `Cookie` lines of a request. They are borrowed from the request, and ordinary
//! requests allocate nothing here.

use std::fmt;

use memchr::memchr;

use super::candidate;
use super::chunk::ChunkSet;
use super::holder::Holder;
use super::name::{CookieNames, Role};
use crate::request::Headers;
use crate::seal::MAX_CHUNKS;
use crate::seal::{Sealed, looks_sealed};

/// How many cookies of one name are tried. A browser sends several when they were set for different domains or paths
/// (R23). More than four are an attack. Of cookies with the same path, browsers send the oldest first (RFC 6265
/// §5.4).
const MAX_DUPLICATES: usize = 4;

/// How many login flows are read. This crate keeps at most five in a browser (R22).
const MAX_TRANSACTIONS: usize = 16;

/// Our cookies of one request, as the browser sent them.
pub(crate) struct RequestCookies<'a> {
    served: Holder,
    /// The data cookie that ordinary requests show.
    parts: Parts<'a>,
    /// The data cookies that ordinary requests do not show: two of the split layout, and our one cookie from before
    /// that layout was configured.
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
    /// Scans all `Cookie` lines once, for all our cookies. The cost grows with the length of the lines only, also for
    /// hostile bytes (R16, R43).
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

    /// Whether a data cookie came. An empty one does not count, because some proxies make a deleted cookie empty.
    pub(crate) fn has_data(&self) -> bool {
        let [data, ..] = &self.parts;
        data.iter().chain(&self.sdk).flatten().any(|value| !value.is_empty())
    }

    /// Whether more SDK cookies came than are tried. Then the genuine one may be among those left out.
    pub(crate) fn leaves_sdk_out(&self) -> bool {
        self.sdk_left_out
    }

    /// The values of the SDK cookie.
    pub(crate) fn sdk(&self) -> impl Iterator<Item = Sealed<'a>> {
        self.sdk.into_iter().flatten().map(Sealed::whole)
    }

    /// The live markers. There are several when the marker's name came several times.
    pub(crate) fn markers(&self) -> impl Iterator<Item = &'a [u8]> {
        self.markers.into_iter().flatten()
    }

    /// The sealed values that can be joined from one of our own data cookies and its chunks, at most 16. There is one
    /// value unless names came several times. A value joined from mixed chunks cannot be opened (R18).
    pub(crate) fn candidates(&self, holder: Holder) -> impl Iterator<Item = Sealed<'a>> {
        candidate::candidates(self.of(holder))
    }

    /// The sealed value of a data cookie of ours that came once and in one piece, as nearly all do: the only candidate.
    pub(crate) fn sole_candidate(&self, holder: Holder) -> Option<Sealed<'a>> {
        candidate::sole(self.of(holder))
    }

    /// Which chunks of one of our own data cookies came.
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

    /// The login flows that came: the name of the flow and the value of its cookie.
    pub(crate) fn transactions(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.transactions.into_iter().flatten()
    }

    /// The value of the loop guard.
    pub(crate) fn looped(&self) -> Option<&'a [u8]> {
        self.looped
    }

    /// The value of the hop guard.
    pub(crate) fn hop(&self) -> Option<&'a [u8]> {
        self.hop
    }

    fn scan(&mut self, mut line: &'a [u8], names: &CookieNames) {
        while !line.is_empty() {
            line = trim_start(line);
            let end = memchr(b';', line).unwrap_or(line.len());
            let (pair, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
            // Most cookies are not ours, so the `=` is searched in ours only.
            if names.may_be_ours(pair) {
                self.keep(pair, names);
            }
            line = rest.get(1..).unwrap_or_default();
        }
    }

    fn keep(&mut self, pair: &'a [u8], names: &CookieNames) {
        let Some((name, value)) = memchr(b'=', pair).and_then(|at| pair.split_at_checked(at)) else {
            return; // a pair without a name is not one of our cookies
        };
        let value = trim(value.get(1..).unwrap_or_default());
        match names.role(trim_end(name)) {
            // A sibling domain can set cookies whose names have no `__Host-` prefix. A value that cannot be ours is
            // dropped, so that it does not use up one of the four places.
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
    /// Shows which cookies came, without their values (R46).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestCookies")
            .field("chunks", &self.chunks(self.served))
            .field("markers", &self.markers().count())
            .field("transactions", &self.transactions().count())
            .field("looped", &self.looped.is_some())
            .finish_non_exhaustive()
    }
}

/// Puts a value into the first free place. Returns `false` when no place is free; the value is then dropped.
fn push<T>(places: &mut [Option<T>], value: T) -> bool {
    match places.iter_mut().find(|place| place.is_none()) {
        Some(free) => {
            *free = Some(value);
            true
        }
        None => false,
    }
}

/// Whether any value came. Places are filled from the front, so the first place tells.
fn is_present(values: &Values<'_>) -> bool {
    values.first().is_some_and(Option::is_some)
}

fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// The text without spaces and tabs at its beginning. Other white space is part of the name (R43).
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
