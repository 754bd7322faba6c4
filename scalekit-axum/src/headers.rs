//! Requests and responses of `http` 1 as the core reads them.

use axum::extract::OriginalUri;
use http::{Extensions, HeaderMap, Method, Request, Uri};
use scalekit_session::adapter::{Headers, RequestView};

/// The lines of a header map, as they came.
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
    pub(crate) fn of<B>(request: &'r Request<B>) -> Self {
        Self::new(request.method(), request.uri(), request.headers(), request.extensions())
    }

    /// Nested routers strip their prefix. axum keeps the URI that the client asked for among the extensions.
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
