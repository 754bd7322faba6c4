//! Requests and responses of Rocket as the core reads them.

use rocket::http::HeaderMap;
use scalekit_session::adapter::Headers;

/// The lines of a header map, as they came.
///
/// Cookies are read from the raw `Cookie` lines, never from Rocket's jar. The jar percent-decodes and trims names. A
/// cookie of a sibling domain may not be called `__Host-…`, but in the jar it would pass for a cookie of that name.
// R43.
pub(crate) struct HeaderLines<'h>(pub(crate) &'h HeaderMap<'h>);

impl Headers for HeaderLines<'_> {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        self.0.get(name).for_each(|value| each(value.as_bytes()));
    }
}
