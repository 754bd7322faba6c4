//! Finds the sealed values in a request's cookies: joins chunks, and tries the combinations that duplicated cookies
//! allow.

use memchr::memchr;

use super::request::Values;
use crate::seal::{MAX_CHUNKS, Sealed};

/// How many combinations of duplicated cookies are tried for one request.
const MAX_CANDIDATES: usize = 16;

/// All sealed values that the parts can make, at most [`MAX_CANDIDATES`].
///
/// Of duplicated cookies, the combinations come first whose parts have the same position among their duplicates. A
/// browser sorts the duplicates of every name in the same way, so such parts were most likely set together. The
/// remaining attempts are shared evenly between the data cookies, so that a hostile data cookie cannot use up the
/// attempts of the genuine one (R23).
pub(super) fn candidates<'p, 'a>(
    parts: &'p [Values<'a>; MAX_CHUNKS],
) -> impl Iterator<Item = Sealed<'a>> + use<'p, 'a> {
    let sole = sole(parts);
    let combined = sole.is_none().then(|| combined(parts));
    sole.into_iter().chain(combined.into_iter().flatten())
}

/// The value of a request with one data cookie and no parts to join, as nearly all requests are.
pub(super) fn sole<'a>(parts: &[Values<'a>; MAX_CHUNKS]) -> Option<Sealed<'a>> {
    let [[data, None, ..], ..] = parts else { return None };
    let head = Head::read((*data)?, 0)?;
    (head.parts == 1).then(|| Sealed::whole(head.first))
}

/// The values of a request with duplicated data cookies or with parts to join.
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

/// A data cookie: the whole value, or its first part and the number of parts.
#[derive(Clone, Copy)]
struct Head<'a> {
    first: &'a [u8],
    parts: usize,
    /// The position of this data cookie among its duplicates, in the order in which they came.
    position: usize,
}

impl<'a> Head<'a> {
    /// Reads a data cookie. The number of parts must be written exactly as this crate writes it (R16).
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

    /// The data cookie with one choice of its chunks. Round 0 takes the chunks of the same position; each later round
    /// takes another combination. `None` when a chunk is missing or there is no further combination.
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
