//! Writes one sealed value as several cookies, and deletes cookies that are not needed any more.

use std::fmt;
use std::time::Duration;

use super::data::DataNames;
use super::spec::{CookieSpec, SetCookie};
use crate::seal::MAX_CHUNKS;

/// The lines that store a sealed value. Either one line, or a line for `{base}` with the number of parts and the
/// first part, followed by a line for each other part.
///
/// The browser may hold more parts of an earlier, longer value: also [`clear`] `ChunkSet::beyond(lines.len())`.
pub(crate) fn split(
    spec: &CookieSpec,
    names: &DataNames,
    sealed: &str,
    max_age: Option<Duration>,
) -> Result<Vec<SetCookie>, TooManyChunks> {
    let path = names.path();
    if sealed.len() <= spec.room_at(names.name(), path, max_age) {
        return Ok(vec![spec.set_at(names.name(), path, sealed, max_age)]);
    }
    let mut pieces = Vec::with_capacity(MAX_CHUNKS);
    let mut rest = sealed;
    for (index, name) in names.numbered() {
        // The cookie of the first part also holds the number of parts: a digit and a dot.
        let room = spec.room_at(name, path, max_age).saturating_sub(if index == 0 { 2 } else { 0 });
        let (piece, left) = rest.split_at_checked(room.min(rest.len())).unwrap_or((rest, ""));
        pieces.push((name, piece));
        rest = left;
        if rest.is_empty() {
            break;
        }
    }
    if !rest.is_empty() {
        return Err(TooManyChunks { length: sealed.len(), most: sealed.len() - rest.len() });
    }
    let count = pieces.len();
    Ok(pieces
        .into_iter()
        .enumerate()
        .map(|(index, (name, piece))| match index {
            0 => spec.set_at(name, path, &format!("{count}.{piece}"), max_age),
            _ => spec.set_at(name, path, piece, max_age),
        })
        .collect())
}

/// The lines that delete the data cookie and the chunks in `which`, with the attributes with which they were set.
pub(crate) fn clear(
    spec: &CookieSpec,
    names: &DataNames,
    which: ChunkSet,
) -> impl Iterator<Item = SetCookie> {
    names
        .numbered()
        .filter(move |(index, _)| which.contains(*index))
        .map(|(_, name)| spec.remove_at(name, names.path()))
}

/// A sealed value is longer than eight cookies can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed session has {length} characters and {MAX_CHUNKS} cookies hold {most}")]
pub(crate) struct TooManyChunks {
    /// Characters of the sealed value.
    pub(crate) length: usize,
    /// Characters that fit.
    pub(crate) most: usize,
}

/// A set of indices: the data cookie is 0, its chunks are 1 … 7.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ChunkSet(u8);

impl ChunkSet {
    /// The data cookie and all seven chunks. A logout deletes all of them, whichever the request carried (R17).
    pub(crate) const ALL: Self = Self(u8::MAX);

    /// The indices that a value in `count` parts uses.
    pub(crate) fn first(count: usize) -> Self {
        (0..count).collect()
    }

    /// The indices that a value in `count` parts does not use.
    pub(crate) fn beyond(count: usize) -> Self {
        Self::ALL.minus(Self::first(count))
    }

    #[must_use]
    pub(crate) const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    #[must_use]
    pub(crate) const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the set holds this index.
    pub(crate) const fn contains(self, index: usize) -> bool {
        index < MAX_CHUNKS && self.0 & (1 << index) != 0
    }
}

const _: () = assert!(MAX_CHUNKS == u8::BITS as usize);

impl FromIterator<usize> for ChunkSet {
    /// Indices above 7 are left out.
    fn from_iter<I: IntoIterator<Item = usize>>(indices: I) -> Self {
        Self(
            indices
                .into_iter()
                .filter(|index| *index < MAX_CHUNKS)
                .fold(0, |bits, index| bits | (1 << index)),
        )
    }
}

impl fmt::Debug for ChunkSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries((0..MAX_CHUNKS).filter(|index| self.contains(*index))).finish()
    }
}
