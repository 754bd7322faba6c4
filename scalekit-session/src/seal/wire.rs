//! Numbers and length-prefixed bytes of a payload.

use zeroize::Zeroizing;

use super::payload::Malformed;

/// Appends to a buffer that is wiped when dropped.
pub(super) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    /// With room for `capacity` bytes. More of them would leave a copy behind in memory.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        debug_assert!(self.0.len() + bytes.len() <= self.0.capacity(), "the buffer would move");
        self.0.extend_from_slice(bytes);
    }

    /// LEB128: seven bits a byte, the lowest first, the top bit set on all but the last.
    pub(super) fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.bytes(&[(number & 0x7f) as u8 | 0x80]);
            number >>= 7;
        }
        self.bytes(&[(number & 0x7f) as u8]);
    }

    /// Bytes after their number.
    pub(super) fn prefixed(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes(bytes);
    }

    /// A signed difference, near zero in either direction short.
    pub(super) fn difference(&mut self, from: u64, to: u64) {
        let difference = to.wrapping_sub(from).cast_signed();
        self.number((difference << 1 ^ difference >> 63).cast_unsigned());
    }

    pub(super) fn finish(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// Most bytes of a number.
pub(super) const MAX_NUMBER: usize = 10;

/// Bytes of a number.
pub(super) fn number_length(number: u64) -> usize {
    let bits = u64::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

/// Takes from the front of borrowed bytes. Every number has one form only.
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
