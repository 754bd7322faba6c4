//! The live marker's value: the 128 bits that are sealed with its session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What the marker cookie of a session holds: its live value in base64url.
pub(crate) fn marker_value(live: &[u8; 16]) -> [u8; 22] {
    let mut text = [0; 22];
    // 16 bytes take exactly 22 characters; a buffer of another size would leave a marker that nobody can show.
    let written = URL_SAFE_NO_PAD.encode_slice(live, &mut text);
    debug_assert_eq!(written, Ok(22));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_its_live_value_in_base64url() {
        assert_eq!(&marker_value(&[0; 16]), b"AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(&marker_value(&[0xff; 16]), b"_____________________w");
    }
}
