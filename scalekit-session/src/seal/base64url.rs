//! Strict base64url without padding: each text stands for one sequence of bytes, and each sequence has one text.
//!
//! Decoding is a large part of the work of opening a session. So the engine uses the processor's vector instructions,
//! if there are any, and is then four times as fast as the portable one.

use std::sync::LazyLock;

use base64::engine::general_purpose::NO_PAD;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use base64::engine::GeneralPurpose as Fastest;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use base64::engine::Simd as Fastest;

/// The engine. It refuses padding, other alphabets, and unused bits that are not zero.
pub(crate) static BASE64URL: LazyLock<Fastest> = LazyLock::new(|| {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    return Fastest::url_safe(NO_PAD);
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return Fastest::new(&base64::alphabet::URL_SAFE, NO_PAD);
});

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::BASE64URL;

    proptest! {
        #[test]
        fn the_engine_agrees_with_the_portable_one(bytes in prop::collection::vec(any::<u8>(), 0..400), at: prop::sample::Index, to: u8) {
            let text = URL_SAFE_NO_PAD.encode(&bytes);
            prop_assert_eq!(&BASE64URL.encode(&bytes), &text);
            prop_assert_eq!(BASE64URL.decode(&text), Ok(bytes));
            let mut changed = text.into_bytes();
            if !changed.is_empty() {
                let at = at.index(changed.len());
                changed[at] = to;
            }
            prop_assert_eq!(BASE64URL.decode(&changed).ok(), URL_SAFE_NO_PAD.decode(&changed).ok());
        }
    }
}
