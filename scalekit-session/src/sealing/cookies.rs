//! From a sealed session to `Set-Cookie` lines, and the lines that remove them.

use std::sync::Arc;
use std::time::Duration;

use super::split;
use crate::clock::Timestamp;
use crate::cookie::{self, ChunkSet, DataNames, Present, RequestCookies, SetCookie};
use crate::core::Core;
use crate::error::{Error, Repr, Sizes};
use crate::evidence::Found;
use crate::find::{self, Beside};
use crate::form::Form;
use crate::session::Session;

/// The cookies of a new login, marker first, in place of whatever the browser holds of a session.
pub(crate) fn login_cookies(
    core: &Core,
    value: &str,
    session: &Session,
    present: Present,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    if core.is_split() {
        return split::login_cookies(core, value, session, present, now);
    }
    let mut cookies = match session.facts().form {
        Form::Official => Vec::new(),
        _ => vec![marker(core, session)],
    };
    cookies.extend(data_cookies(core, value, session, present.get(Form::Whole), now)?);
    cookies.extend(
        [Form::Whole, Form::Official]
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
    /// Which data cookies its browser has.
    pub(crate) present: Present,
    /// What is in the official cookie beside it.
    pub(crate) beside: Beside,
}

impl Showing {
    pub(crate) fn of(core: &Arc<Core>, cookies: &RequestCookies<'_>, found: &Found) -> Self {
        let beside = find::beside(core, cookies, found);
        Self { form: found.form(), present: Present::whole(cookies.own_chunks()), beside }
    }

    /// That form, in as many cookies as it needs now.
    pub(crate) fn only(form: Form) -> Self {
        Self::with(form, Present::default())
    }

    /// That form, and nothing of another one.
    pub(crate) fn with(form: Form, present: Present) -> Self {
        Self { form, present, beside: Beside::Nothing }
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
    if core.is_split() {
        return split::data_cookies(core, value, session, showing.present, now);
    }
    if showing.form != session.facts().form {
        return login_cookies(core, value, session, showing.present, now);
    }
    let mut cookies = data_cookies(core, value, session, showing.present.get(Form::Whole), now)?;
    if showing.beside == Beside::Copy {
        // Two answers that wrote two forms came in the wrong order: of what is left only this is renewed.
        cookies.extend(removals(core, Form::Official));
    }
    Ok(cookies)
}

/// The data cookies of a session in one of the forms that are in one piece.
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
    let names = core.names.of(Form::Whole).ok_or(Repr::Unreadable)?;
    lines(core, names, value, time_left(core, session, now), shown)
}

/// The lines that store a sealed value, and the removal of the chunks that were shown and that they do not overwrite.
pub(super) fn lines(
    core: &Core,
    names: &DataNames,
    value: &str,
    age: Duration,
    shown: ChunkSet,
) -> Result<Vec<SetCookie>, Error> {
    let mut cookies = cookie::split(&core.spec, names, value, Some(age)).map_err(|_| {
        let budget = core.config.budget;
        Repr::TooLarge(Sizes { cookies: value.len(), budget, access_token: 0, refresh_token: 0, profile: 0 })
    })?;
    let stale = shown.intersection(ChunkSet::beyond(cookies.len()));
    cookies.extend(cookie::clear(&core.spec, names, stale));
    Ok(cookies)
}

/// Cookies live no longer than their session may (R28).
pub(super) fn time_left(core: &Core, session: &Session, now: Timestamp) -> Duration {
    let over = session.facts().login_at + core.config.policy.absolute_limit;
    over.since(now).max(Duration::from_secs(1))
}

pub(super) fn marker(core: &Core, session: &Session) -> SetCookie {
    let life = Some(core.config.policy.absolute_limit);
    core.spec.set(core.names.marker(), &String::from_utf8_lossy(&session.facts().marker), life)
}

/// The removal of everything that a session may have in that form, whatever the request carried (R17).
pub(crate) fn removals(core: &Core, form: Form) -> Vec<SetCookie> {
    if core.is_split() {
        return split::removals(core);
    }
    match form {
        Form::Official => core.names.official().map(|name| core.spec.remove(name)).into_iter().collect(),
        _ => {
            let data = core.names.of(Form::Whole).into_iter();
            let data = data.flat_map(|names| cookie::clear(&core.spec, names, ChunkSet::ALL));
            std::iter::once(core.spec.remove(core.names.marker())).chain(data).collect()
        }
    }
}

/// The removal of everything that a session may have in any form that is in use.
pub(crate) fn all_removals(core: &Core, present: Present) -> Vec<SetCookie> {
    let mut cookies = removals(core, core.names.served());
    if core.is_split() {
        cookies.extend(split::left_over(core, present));
    } else {
        cookies.extend(removals(core, Form::Official));
    }
    cookies
}
