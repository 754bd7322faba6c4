//! Requests and responses of actix-web as the core reads them.

use actix_web::dev::RequestHead;
use actix_web::http::header::HeaderMap;
use scalekit_session::adapter::{Headers, RequestView};

/// The lines of a header map, as they came.
///
/// Cookies are read from the raw `Cookie` lines, never from actix-web's jar. The jar percent-decodes and trims names. A
/// cookie of a sibling domain may not be called `__Host-…`, but in the jar it would pass for a cookie of that name.
// R43.
pub(crate) struct HeaderLines<'h>(pub(crate) &'h HeaderMap);

impl Headers for HeaderLines<'_> {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        // `get_all` would make a header name of the text first, and allocate for every name that actix-web does not know.
        let lines = self.0.iter().filter(|(own, _)| own.as_str() == name);
        lines.for_each(|(_, value)| each(value.as_bytes()));
    }
}

/// The parts of a request that the core reads.
pub(crate) struct RequestLines<'r> {
    head: &'r RequestHead,
    lines: HeaderLines<'r>,
}

impl<'r> RequestLines<'r> {
    /// Scopes leave the head alone. Its URI is the one that the client asked for.
    pub(crate) fn of(head: &'r RequestHead) -> Self {
        Self { head, lines: HeaderLines(&head.headers) }
    }

    pub(crate) fn view(&self) -> RequestView<'_> {
        let target = self.head.uri.path_and_query().map_or("/", |target| target.as_str());
        let authority = self.head.uri.authority().map(|authority| authority.as_str());
        RequestView::new(self.head.method.as_str(), target, &self.lines).with_authority(authority)
    }
}
