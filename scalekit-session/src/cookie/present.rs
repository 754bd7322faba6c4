//! [`Present`]: which chunks of a session's cookies a browser may have, as far as a request shows.

use super::chunk::ChunkSet;
use super::holder::{Holder, Part};
use super::name::CookieNames;
use super::request::RequestCookies;

/// Which data cookies and chunks a browser may have: those that came, and all chunks of the cookies that browsers do
/// not send to the request's path.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Present {
    one_cookie: ChunkSet,
    access: ChunkSet,
    refresh: ChunkSet,
    identity: ChunkSet,
    keeps_identity: bool,
}

impl Present {
    /// The chunks of our one cookie that came.
    pub(crate) fn one_cookie(cookies: &RequestCookies<'_>) -> Self {
        Self { one_cookie: cookies.chunks(Holder::OneCookie), ..Self::default() }
    }

    /// The chunks of every data cookie. `target` is the request's path and query.
    pub(crate) fn of(cookies: &RequestCookies<'_>, target: &str, names: &CookieNames) -> Self {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let of = |holder| match names.of(holder) {
            Some(data) if data.is_sent_to(path) => cookies.chunks(holder),
            Some(_) => ChunkSet::ALL,
            None => ChunkSet::default(),
        };
        Self {
            one_cookie: of(Holder::OneCookie),
            access: of(Holder::Split(Part::Access)),
            refresh: of(Holder::Split(Part::Refresh)),
            identity: of(Holder::Split(Part::Identity)),
            keeps_identity: false,
        }
    }

    /// This value, with `keeps` set: the ID cookie came and could not be read, so it must not be overwritten.
    #[must_use]
    pub(crate) fn keeping_identity(self, keeps: bool) -> Self {
        Self { keeps_identity: keeps, ..self }
    }

    /// Whether the ID cookie must not be overwritten.
    pub(crate) fn keeps_identity(&self) -> bool {
        self.keeps_identity
    }

    pub(crate) fn get(&self, holder: Holder) -> ChunkSet {
        match holder {
            Holder::OneCookie => self.one_cookie,
            Holder::SdkCookie => ChunkSet::default(),
            Holder::Split(Part::Access) => self.access,
            Holder::Split(Part::Refresh) => self.refresh,
            Holder::Split(Part::Identity) => self.identity,
        }
    }
}
