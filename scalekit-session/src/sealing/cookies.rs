//! From a sealed session to `Set-Cookie` lines, and the lines that remove them.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::cookie::{self, ChunkSet, RequestCookies, SetCookie};
use crate::core::Core;
use crate::error::{Error, Repr, Sizes};
use crate::evidence::Found;
use crate::find::{self, Beside};
use crate::form::Form;
use crate::session::Session;

/// The cookies of a new login, marker first, in place of whatever the browser holds of a session; `shown` of its data
/// cookies came with the request.
pub(crate) fn login_cookies(
    core: &Core,
    value: &str,
    session: &Session,
    shown: ChunkSet,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    let mut cookies = match session.facts().form {
        Form::Whole => vec![marker(core, session)],
        Form::Official => Vec::new(),
    };
    cookies.extend(data_cookies(core, value, session, shown, now)?);
    cookies.extend(
        Form::ALL
            .into_iter()
            .filter(|other| *other != session.facts().form)
            .flat_map(|other| removals(core, other)),
    );
    Ok(cookies)
}

/// What a request shows of the session that its response writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Showing {
    /// Its form.
    pub(crate) form: Form,
    /// Which of its data cookies.
    pub(crate) chunks: ChunkSet,
    /// What is in the official cookie beside it.
    pub(crate) beside: Beside,
}

impl Showing {
    pub(crate) fn of(core: &Arc<Core>, cookies: &RequestCookies<'_>, found: &Found) -> Self {
        let beside = find::beside(core, cookies, found);
        Self { form: found.form(), chunks: cookies.own_chunks(), beside }
    }

    /// That form, in as many cookies as it needs now.
    pub(crate) fn only(form: Form) -> Self {
        Self { form, chunks: ChunkSet::default(), beside: Beside::Nothing }
    }
}

/// The cookies of a session that was rotated or sealed again. A session that changes its form counts as a new login: it
/// leaves the old form and gets the marker of the new one.
pub(crate) fn renewed_cookies(
    core: &Core,
    value: &str,
    session: &Session,
    showing: Showing,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    if showing.form != session.facts().form {
        return login_cookies(core, value, session, showing.chunks, now);
    }
    let mut cookies = data_cookies(core, value, session, showing.chunks, now)?;
    if showing.beside == Beside::Copy {
        // Two answers that wrote two forms came in the wrong order: of what is left only this is renewed.
        cookies.extend(removals(core, Form::Official));
    }
    Ok(cookies)
}

/// The data cookies of a session, which live no longer than it may (R28), and the removal of the chunks that were shown
/// and that they do not overwrite.
fn data_cookies(
    core: &Core,
    value: &str,
    session: &Session,
    shown: ChunkSet,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    if session.facts().form == Form::Official {
        // As the official packages do: until the browser closes.
        return Ok(core.names.official().map(|name| core.spec.set(name, value, None)).into_iter().collect());
    }
    let over = session.facts().login_at + core.config.policy.absolute_limit;
    let left = over.since(now).max(Duration::from_secs(1));
    let mut cookies = cookie::split(&core.spec, &core.names, value, Some(left)).map_err(|_| {
        let budget = core.config.budget;
        Repr::TooLarge(Sizes { cookies: value.len(), budget, access_token: 0, refresh_token: 0, profile: 0 })
    })?;
    let stale = shown.intersection(ChunkSet::beyond(cookies.len()));
    cookies.extend(cookie::clear(&core.spec, &core.names, stale));
    Ok(cookies)
}

fn marker(core: &Core, session: &Session) -> SetCookie {
    let life = Some(core.config.policy.absolute_limit);
    core.spec.set(core.names.marker(), &String::from_utf8_lossy(&session.facts().marker), life)
}

/// The removal of everything that a session may have in that form, whatever the request carried (R17).
pub(crate) fn removals(core: &Core, form: Form) -> Vec<SetCookie> {
    match form {
        Form::Whole => {
            let mut cookies = vec![core.spec.remove(core.names.marker())];
            cookies.extend(cookie::clear(&core.spec, &core.names, ChunkSet::ALL));
            cookies
        }
        Form::Official => core.names.official().map(|name| core.spec.remove(name)).into_iter().collect(),
    }
}
