//! A sealed value as a request carries it, and the values that duplicated cookies can mean.

use memchr::memchr;

use super::request::Values;
use crate::seal::{MAX_CHUNKS, Sealed};

/// How many combinations of duplicated cookies are tried for one request.
const MAX_CANDIDATES: usize = 16;

/// All values that the parts can mean, at most [`MAX_CANDIDATES`].
///
/// Of duplicated cookies, those that arrived in the same position come first: a browser sorts every name alike, so
/// they were most likely set together. The attempts left are shared evenly between the data cookies, so that a
/// hostile one cannot use up those of the genuine one (R23).
pub(super) fn candidates<'p, 'a>(
    parts: &'p [Values<'a>; MAX_CHUNKS],
) -> impl Iterator<Item = Sealed<'a>> + use<'p, 'a> {
    let sole = sole(parts);
    let combined = sole.is_none().then(|| combined(parts));
    sole.into_iter().chain(combined.into_iter().flatten())
}

/// The one value of nearly all requests: one data cookie, and no parts to join.
fn sole<'a>(parts: &[Values<'a>; MAX_CHUNKS]) -> Option<Sealed<'a>> {
    let [[data, None, ..], ..] = parts else { return None };
    let head = Head::read((*data)?, 0)?;
    (head.parts == 1).then(|| Sealed::whole(head.first))
}

/// The values of duplicates and of parts.
fn combined<'p, 'a>(parts: &'p [Values<'a>; MAX_CHUNKS]) -> impl Iterator<Item = Sealed<'a>> + use<'p, 'a> {
    let [data, chunks @ ..] = parts;
    let mut position = 0..;
    let heads = data.map(|value| Head::read(value?, position.next()?));
    let ambiguous = chunks.iter().any(|values| values.iter().flatten().nth(1).is_some());
    let choices = if ambiguous { MAX_CANDIDATES } else { 1 };
    let rounds =
        MAX_CANDIDATES.checked_div(heads.iter().flatten().count()).map_or(0, |most| most.min(choices));
    (0..rounds)
        .flat_map(move |round| heads.into_iter().flatten().filter_map(move |head| head.join(chunks, round)))
}

/// A data cookie: the whole value, or its first part and how many there are.
#[derive(Clone, Copy)]
struct Head<'a> {
    first: &'a [u8],
    parts: usize,
    /// Which of the data cookies it is, in order of arrival.
    position: usize,
}

impl<'a> Head<'a> {
    /// Only the one way in which we write a number of parts is read (R16).
    fn read(value: &'a [u8], position: usize) -> Option<Self> {
        match value {
            [] | [b'2'..=b'8', b'.'] => None,
            [parts @ b'2'..=b'8', b'.', first @ ..] => {
                Some(Self { first, parts: usize::from(parts - b'0'), position })
            }
            dotted if memchr(b'.', dotted).is_some() => None,
            first => Some(Self { first, parts: 1, position }),
        }
    }

    /// The data cookie and one choice of its chunks: in round 0 those of its own position, then any, each once.
    /// `None` when a chunk is missing or every choice was made.
    fn join(self, chunks: &[Values<'a>], round: usize) -> Option<Sealed<'a>> {
        let mut pieces: [&'a [u8]; MAX_CHUNKS] = [&[]; MAX_CHUNKS];
        let [first, ..] = &mut pieces;
        *first = self.first;
        let mut number = round.checked_sub(1);
        let mut own_position = true;
        for (piece, values) in pieces.iter_mut().take(self.parts).skip(1).zip(chunks) {
            let present = values.iter().flatten().count();
            let own = self.position.min(present.checked_sub(1)?);
            let choice = match &mut number {
                None => own,
                Some(number) => {
                    let digit = *number % present;
                    *number /= present;
                    digit
                }
            };
            own_position &= choice == own;
            *piece = values.get(choice).copied().flatten().filter(|piece| !piece.is_empty())?;
        }
        match number {
            None => Some(Sealed::of_pieces(pieces, self.parts)),
            Some(0) if !own_position => Some(Sealed::of_pieces(pieces, self.parts)),
            Some(_) => None,
        }
    }
}
