//! From a sealed session to `Set-Cookie` lines, and the lines that remove them.

use std::time::Duration;

use super::showing::{Beside, Showing};
use super::split;
use crate::clock::Timestamp;
use crate::cookie::form::Form;
use crate::cookie::{self, ChunkSet, DataNames, Present, SetCookie};
use crate::error::{Error, Repr, Sizes};
use crate::instance::Instance;
use crate::session::Session;

/// The cookies of a new login, marker first, in place of whatever the browser holds of a session.
pub(crate) fn login_cookies(
    instance: &Instance,
    value: &str,
    session: &Session,
    present: Present,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    if instance.is_split() {
        return split::login_cookies(instance, value, session, present, now);
    }
    let mut cookies = match session.facts().form {
        Form::Official => Vec::new(),
        _ => vec![marker(instance, session)],
    };
    cookies.extend(data_cookies(instance, value, session, present.get(Form::Whole), now)?);
    cookies.extend(
        [Form::Whole, Form::Official]
            .into_iter()
            .filter(|other| *other != session.facts().form)
            .flat_map(|other| removals(instance, other)),
    );
    Ok(cookies)
}

/// The cookies of a session that was rotated or sealed again. A session that changes its form counts as a new login: it
/// leaves the old form and gets the marker of the new one.
pub(crate) fn renewed_cookies(
    instance: &Instance,
    value: &str,
    session: &Session,
    showing: Showing,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    if instance.is_split() {
        return split::data_cookies(instance, value, session, showing.present, now);
    }
    if showing.form != session.facts().form {
        return login_cookies(instance, value, session, showing.present, now);
    }
    let mut cookies = data_cookies(instance, value, session, showing.present.get(Form::Whole), now)?;
    if showing.beside == Beside::Copy {
        // Two answers that wrote two forms came in the wrong order: of what is left only this is renewed.
        cookies.extend(removals(instance, Form::Official));
    }
    Ok(cookies)
}

/// The data cookies of a session in one of the forms that are in one piece.
fn data_cookies(
    instance: &Instance,
    value: &str,
    session: &Session,
    shown: ChunkSet,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    if session.facts().form == Form::Official {
        // As the official packages do: until the browser closes.
        return Ok(instance
            .names
            .official()
            .map(|name| instance.spec.set(name, value, None))
            .into_iter()
            .collect());
    }
    let names = instance.names.of(Form::Whole).ok_or(Repr::Unreadable)?;
    lines(instance, names, value, time_left(instance, session, now), shown)
}

/// The lines that store a sealed value, and the removal of the chunks that were shown and that they do not overwrite.
pub(super) fn lines(
    instance: &Instance,
    names: &DataNames,
    value: &str,
    age: Duration,
    shown: ChunkSet,
) -> Result<Vec<SetCookie>, Error> {
    let mut cookies = cookie::split(&instance.spec, names, value, Some(age)).map_err(|_| {
        let budget = instance.config.budget;
        Repr::TooLarge(Sizes { cookies: value.len(), budget, access_token: 0, refresh_token: 0, profile: 0 })
    })?;
    let stale = shown.intersection(ChunkSet::beyond(cookies.len()));
    cookies.extend(cookie::clear(&instance.spec, names, stale));
    Ok(cookies)
}

/// Cookies live no longer than their session may (R28).
pub(super) fn time_left(instance: &Instance, session: &Session, now: Timestamp) -> Duration {
    let over = session.facts().login_at + instance.config.policy.absolute_limit;
    over.since(now).max(Duration::from_secs(1))
}

pub(super) fn marker(instance: &Instance, session: &Session) -> SetCookie {
    let life = Some(instance.config.policy.absolute_limit);
    instance.spec.set(instance.names.marker(), &String::from_utf8_lossy(&session.facts().marker), life)
}

/// The removal of everything that a session may have in that form, whatever the request carried (R17).
pub(crate) fn removals(instance: &Instance, form: Form) -> Vec<SetCookie> {
    if instance.is_split() {
        return split::removals(instance);
    }
    match form {
        Form::Official => {
            instance.names.official().map(|name| instance.spec.remove(name)).into_iter().collect()
        }
        _ => {
            let data = instance.names.of(Form::Whole).into_iter();
            let data = data.flat_map(|names| cookie::clear(&instance.spec, names, ChunkSet::ALL));
            std::iter::once(instance.spec.remove(instance.names.marker())).chain(data).collect()
        }
    }
}

/// The removal of everything that a session may have in any form that is in use.
pub(crate) fn all_removals(instance: &Instance, present: Present) -> Vec<SetCookie> {
    let mut cookies = removals(instance, instance.names.served());
    if instance.is_split() {
        cookies.extend(split::left_over(instance, present));
    } else {
        cookies.extend(removals(instance, Form::Official));
    }
    cookies
}
