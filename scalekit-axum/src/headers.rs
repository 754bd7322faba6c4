//! Requests and responses of `http` 1 as the core reads them.

use axum::extract::OriginalUri;
use http::request::Parts;
use http::{Extensions, HeaderMap, Method, Uri};
use scalekit_session::adapter::{Headers, RequestView};

/// A header map's lines, as they came.
pub(crate) struct HeaderLines<'h>(pub(crate) &'h HeaderMap);

impl Headers for HeaderLines<'_> {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        self.0.get_all(name).iter().for_each(|value| each(value.as_bytes()));
    }
}

/// The parts of a request that the core reads.
pub(crate) struct RequestLines<'r> {
    method: &'r Method,
    uri: &'r Uri,
    lines: HeaderLines<'r>,
}

impl<'r> RequestLines<'r> {
    pub(crate) fn of(parts: &'r Parts) -> Self {
        Self::new(&parts.method, &parts.uri, &parts.headers, &parts.extensions)
    }

    /// Nested routers strip their prefix; what the client asked for is kept beside the request.
    pub(crate) fn new(
        method: &'r Method,
        uri: &'r Uri,
        headers: &'r HeaderMap,
        extensions: &'r Extensions,
    ) -> Self {
        let uri = extensions.get::<OriginalUri>().map_or(uri, |original| &original.0);
        Self { method, uri, lines: HeaderLines(headers) }
    }

    pub(crate) fn view(&self) -> RequestView<'_> {
        let target = self.uri.path_and_query().map_or("/", |target| target.as_str());
        let authority = self.uri.authority().map(|authority| authority.as_str());
        RequestView::new(self.method.as_str(), target, &self.lines).with_authority(authority)
    }
}
