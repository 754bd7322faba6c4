//! The live marker's value: the 128 bits that are sealed with its session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const TEXT: usize = 22;

/// What the marker cookie holds.
pub(crate) fn marker_value(live: &[u8; 16]) -> String {
    URL_SAFE_NO_PAD.encode(live)
}

/// The bits that a marker cookie shows, without allocating.
pub(crate) fn parse_marker(value: &[u8]) -> Option<[u8; 16]> {
    let text: &[u8; TEXT] = value.try_into().ok()?;
    let mut buffer = [0; 18];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut buffer).ok()?;
    buffer.get(..length)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_reads_back_and_nothing_else_reads() {
        let live = [0xa5; 16];
        let value = marker_value(&live);
        assert_eq!(parse_marker(value.as_bytes()), Some(live));
        for other in [
            "",
            "AAAA",
            &value[1..],
            &format!("{value}A"),
            "*********************A",
            "AAAAAAAAAAAAAAAAAAAAAB",
        ] {
            assert_eq!(parse_marker(other.as_bytes()), None, "{other}");
        }
    }
}
