//! A sealed value as a request carries it: in the pieces that its cookies hold.

use std::fmt;

/// How many cookies one sealed value may take, the first included.
pub(crate) const MAX_CHUNKS: usize = 8;

/// A sealed value in the pieces it came in, borrowed from the request. Not checked in any way.
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

    /// A value in that many of these pieces.
    pub(crate) fn of_pieces(pieces: [&'a [u8]; MAX_CHUNKS], count: usize) -> Self {
        Self { pieces, count }
    }

    /// The pieces in order, one to eight.
    pub(crate) fn pieces(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'a> {
        self.pieces.into_iter().take(self.count)
    }

    /// The value when it came in one piece.
    pub(crate) fn as_whole(&self) -> Option<&'a [u8]> {
        let [first, ..] = self.pieces;
        (self.count == 1).then_some(first)
    }

    /// Length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.pieces().map(<[u8]>::len).sum()
    }

    /// The last 16 bytes: characters of the tag, so as random as a hash of the whole value. A shorter value has
    /// zeros in front.
    pub(crate) fn tail(&self) -> [u8; 16] {
        let mut tail = [0; 16];
        let bytes = self.pieces().rev().flat_map(|piece| piece.iter().rev());
        tail.iter_mut().rev().zip(bytes).for_each(|(place, byte)| *place = *byte);
        tail
    }

    /// Whether the pieces joined are `text`.
    pub(crate) fn eq_str(&self, text: &str) -> bool {
        let rest = self.pieces().try_fold(text.as_bytes(), |rest, piece| rest.strip_prefix(piece));
        rest.is_some_and(<[u8]>::is_empty)
    }

    /// Appends the pieces. What is not text becomes U+FFFD; a value that was opened is base64url.
    pub(crate) fn write_into(&self, text: &mut String) {
        text.reserve(self.len());
        self.pieces().for_each(|piece| text.push_str(&String::from_utf8_lossy(piece)));
    }

    /// The pieces joined, as [`write_into`](Self::write_into).
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
