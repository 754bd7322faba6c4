//! Writes and reads the numbers and length-prefixed bytes of a payload.

use zeroize::Zeroizing;

use super::payload::Malformed;

/// Appends to a buffer whose memory is overwritten when it is dropped.
pub(super) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    /// A writer for at most `capacity` bytes. A buffer that grows would leave a copy behind in memory.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        debug_assert!(self.0.len() + bytes.len() <= self.0.capacity(), "the buffer would move");
        self.0.extend_from_slice(bytes);
    }

    /// Writes a number as LEB128: seven bits in each byte, the lowest first. The top bit is set in all bytes but the
    /// last.
    pub(super) fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.bytes(&[(number & 0x7f) as u8 | 0x80]);
            number >>= 7;
        }
        self.bytes(&[(number & 0x7f) as u8]);
    }

    /// Writes the number of bytes, then the bytes.
    pub(super) fn prefixed(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes(bytes);
    }

    /// Writes a signed difference, so that small differences in either direction take few bytes.
    pub(super) fn difference(&mut self, from: u64, to: u64) {
        let difference = to.wrapping_sub(from).cast_signed();
        self.number((difference << 1 ^ difference >> 63).cast_unsigned());
    }

    pub(super) fn finish(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// The most bytes that a number takes.
pub(super) const MAX_NUMBER: usize = 10;

/// How many bytes a number takes.
pub(super) fn number_length(number: u64) -> usize {
    let bits = u64::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

/// Reads from the front of borrowed bytes. Accepts only the shortest form of a number.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, Malformed> {
        let mut number = 0;
        for shift in (0..MAX_NUMBER as u32).map(|place| place * 7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(Malformed); // more than 64 bits
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                let is_shortest = byte != 0 || shift == 0;
                return is_shortest.then_some(number).ok_or(Malformed);
            }
        }
        Err(Malformed)
    }

    pub(super) fn prefixed(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.number()?).map_err(|_| Malformed)?;
        self.bytes(length)
    }

    pub(super) fn difference(&mut self, from: u64) -> Result<u64, Malformed> {
        let folded = self.number()?;
        let difference = (folded >> 1) ^ (folded & 1).wrapping_neg();
        Ok(from.wrapping_add(difference))
    }

    pub(super) const fn rest(self) -> &'a [u8] {
        self.0
    }
}
