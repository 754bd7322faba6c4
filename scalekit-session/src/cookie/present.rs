//! What a browser may have of a session's cookies, as far as a request tells.

use super::chunk::ChunkSet;
use super::name::CookieNames;
use super::request::RequestCookies;
use crate::cookie::form::Form;
use crate::request::RequestView;

/// Which data cookies and chunks a browser may have: those that came, and of those that are not sent to the request's
/// path, all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Present {
    whole: ChunkSet,
    access: ChunkSet,
    refresh: ChunkSet,
    identity: ChunkSet,
    keeps_identity: bool,
}

impl Present {
    /// Those of our own cookie, in one piece.
    pub(crate) fn whole(chunks: ChunkSet) -> Self {
        Self { whole: chunks, ..Self::default() }
    }

    /// Those of every form.
    pub(crate) fn of(request: &RequestView<'_>, names: &CookieNames) -> Self {
        let path = request.target.split(['?', '#']).next().unwrap_or_default();
        let of = |form| match names.of(form) {
            Some(data) if data.is_sent_to(path) => {
                RequestCookies::gather_of(request.headers, names, form).own_chunks()
            }
            Some(_) => ChunkSet::ALL,
            None => ChunkSet::default(),
        };
        Self {
            whole: of(Form::Whole),
            access: of(Form::Access),
            refresh: of(Form::Refresh),
            identity: of(Form::Identity),
            keeps_identity: false,
        }
    }

    /// The same with an ID cookie that came and could not be read: nothing may be written in its place.
    #[must_use]
    pub(crate) fn keeping_identity(self, keeps: bool) -> Self {
        Self { keeps_identity: keeps, ..self }
    }

    /// Whether the ID cookie stays as it is.
    pub(crate) fn keeps_identity(&self) -> bool {
        self.keeps_identity
    }

    pub(crate) fn get(&self, form: Form) -> ChunkSet {
        match form {
            Form::Whole => self.whole,
            Form::Official => ChunkSet::default(),
            Form::Access => self.access,
            Form::Refresh => self.refresh,
            Form::Identity => self.identity,
        }
    }
}
