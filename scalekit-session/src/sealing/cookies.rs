//! From a sealed session to `Set-Cookie` lines, and the lines that remove them.

use std::time::Duration;

use super::split;
use crate::clock::Timestamp;
use crate::cookie::{self, ChunkSet, Present, SetCookie};
use crate::core::Core;
use crate::error::{Error, Repr, Sizes};
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

/// The cookies of a session that was rotated or sealed again, where the request showed it `from` that form. A session
/// that changes its form counts as a new login: it leaves the old form and gets the marker of the new one.
pub(crate) fn renewed_cookies(
    core: &Core,
    value: &str,
    session: &Session,
    (from, present): (Form, Present),
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    if core.is_split() {
        split::data_cookies(core, value, session, present, now)
    } else if from == session.facts().form {
        data_cookies(core, value, session, present.get(from), now)
    } else {
        login_cookies(core, value, session, present, now)
    }
}

/// The data cookies of a session, and the removal of the chunks that were shown and that they do not overwrite.
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
    let left = time_left(core, session, now);
    let mut cookies = cookie::split(&core.spec, names, value, Some(left)).map_err(|_| {
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
