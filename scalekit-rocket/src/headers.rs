//! Requests and responses of Rocket as the core reads them.

use rocket::http::HeaderMap;
use scalekit_session::adapter::Headers;

/// A header map's lines, as they came. Cookies are read from them and never from Rocket's jar, which decodes and trims
/// names, so that a sibling domain's cookie could pass for one with the prefix `__Host-` (R43).
pub(crate) struct HeaderLines<'h>(pub(crate) &'h HeaderMap<'h>);

impl Headers for HeaderLines<'_> {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        self.0.get(name).for_each(|value| each(value.as_bytes()));
    }
}
