//! [`Sealed`]: a sealed value as a request carries it, in one piece or several.

use std::fmt;

/// The most cookies that one sealed value may take, the first included.
pub(crate) const MAX_CHUNKS: usize = 8;

/// A sealed value in the pieces that the request's cookies hold, borrowed from the request. Not checked in any way.
#[derive(Clone, Copy)]
pub(crate) struct Sealed<'a> {
    pieces: [&'a [u8]; MAX_CHUNKS],
    count: usize,
}

impl<'a> Sealed<'a> {
    /// A value in one piece.
    pub(crate) fn whole(value: &'a [u8]) -> Self {
        let mut pieces: [&[u8]; MAX_CHUNKS] = [&[]; MAX_CHUNKS];
        let [first, ..] = &mut pieces;
        *first = value;
        Self { pieces, count: 1 }
    }

    /// A value in the first `count` of these pieces.
    pub(crate) fn of_pieces(pieces: [&'a [u8]; MAX_CHUNKS], count: usize) -> Self {
        Self { pieces, count }
    }

    /// The pieces in order, one to eight.
    pub(crate) fn pieces(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'a> {
        self.pieces.into_iter().take(self.count)
    }

    /// The value, if it is in one piece.
    pub(crate) fn as_whole(&self) -> Option<&'a [u8]> {
        let [first, ..] = self.pieces;
        (self.count == 1).then_some(first)
    }

    /// The length of all pieces together, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.pieces().map(<[u8]>::len).sum()
    }

    /// The last 16 bytes. They encode a part of the tag, so they are as random as a hash of the whole value. A
    /// shorter value gets zeros in front.
    pub(crate) fn tail(&self) -> [u8; 16] {
        let mut tail = [0; 16];
        let bytes = self.pieces().rev().flat_map(|piece| piece.iter().rev());
        tail.iter_mut().rev().zip(bytes).for_each(|(place, byte)| *place = *byte);
        tail
    }

    /// Whether the joined pieces equal `text`.
    pub(crate) fn eq_str(&self, text: &str) -> bool {
        let rest = self.pieces().try_fold(text.as_bytes(), |rest, piece| rest.strip_prefix(piece));
        rest.is_some_and(<[u8]>::is_empty)
    }

    /// Appends the pieces to `text`. Bytes that are not UTF-8 become U+FFFD; a value that can be opened has none.
    pub(crate) fn write_into(&self, text: &mut String) {
        text.reserve(self.len());
        self.pieces().for_each(|piece| text.push_str(&String::from_utf8_lossy(piece)));
    }

    /// The joined pieces, as [`write_into`](Self::write_into) writes them.
    pub(crate) fn join(&self) -> String {
        let mut text = String::new();
        self.write_into(&mut text);
        text
    }
}

impl<'a> From<&'a str> for Sealed<'a> {
    fn from(value: &'a str) -> Self {
        Self::whole(value.as_bytes())
    }
}

impl<'a> From<&'a String> for Sealed<'a> {
    fn from(value: &'a String) -> Self {
        Self::whole(value.as_bytes())
    }
}

impl<'a> From<&'a [u8]> for Sealed<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::whole(value)
    }
}

impl fmt::Debug for Sealed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes in {})", self.len(), self.count)
    }
}
