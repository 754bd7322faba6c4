//! The value of the live marker cookie: 128 bits that are also sealed in the session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The text of a session's marker cookie: the session's live value in base64url.
pub(crate) fn marker_value(live: &[u8; 16]) -> [u8; 22] {
    let mut text = [0; 22];
    // 16 bytes take exactly 22 characters. With a buffer of another size the marker would match no cookie.
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
