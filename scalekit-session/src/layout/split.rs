//! The split layout: what each of its three cookies holds, and the `Set-Cookie` lines that write and remove them.
//!
//! | cookie | holds | sent to |
//! |---|---|---|
//! | access | access token, profile | every request under its path |
//! | refresh | refresh token, profile, the claims that name user and session | the refresh route |
//! | ID | ID token, the claims that name user and session | the routes for login, callback and logout |
//!
//! All three begin with the same head, so each must match the marker. A process keeps a session in one piece until a
//! response writes its cookies, so that later requests can share the result of a refresh as one value.

use std::time::Duration;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::Layout;
use super::content::Content;
use super::lines::{marker, of_value, time_left};
use super::one_cookie::{data_bytes, marker_bytes};
use crate::clock::Timestamp;
use crate::cookie::{self, ChunkSet, Holder, Part, Present, SetCookie};
use crate::error::{Error, Repr};
use crate::rules::policy::Policy;
use crate::seal::SessionPayload;
use crate::secret::AccessToken;
use crate::session::{SealedSession, Session};
use crate::token::claims::Claims;
use crate::token::jwt;

/// The three cookies.
pub(super) const HOLDERS: [Holder; 3] =
    [Holder::Split(Part::Access), Holder::Split(Part::Refresh), Holder::Split(Part::Identity)];

/// How long the access cookie of a session lives: until a refresh is due, or until its token's end when the session has
/// no refresh token.
pub(crate) fn access_age(session: &Session, now: Timestamp) -> Duration {
    let facts = session.facts();
    whole_seconds(if facts.refresh.is_some() { facts.due_at } else { facts.end }, now)
}

/// The time until then in whole seconds. At least one, because an age of 0 would delete the cookie.
fn whole_seconds(until: Timestamp, now: Timestamp) -> Duration {
    Duration::from_secs(until.since(now).as_secs().max(1))
}

/// Until when the refresh route treats an access token as fresh, and does not refresh it.
///
/// The access cookie lives for whole seconds, by the clock of the instance that set it. If the cookie were gone while
/// the refresh route still called its token fresh, a page would be redirected in circles. So the route stops calling
/// the token fresh before the cookie can be gone: earlier by the leeway for clocks, or by the refresh buffer if that is
/// shorter, and by one second at least.
pub(super) fn fresh_until(due_at: Timestamp, life: Duration, policy: &Policy) -> Timestamp {
    due_at - policy.leeway.min(policy.refresh_buffer(life)).max(Duration::from_secs(1))
}

/// The part of a session that one of the three cookies holds.
fn part_of(part: Part, payload: &SessionPayload, content: &Content) -> SessionPayload {
    let profile =
        || content.profile.get().and_then(|profile| serde_json::to_vec(profile).ok()).map(Zeroizing::new);
    let head = SessionPayload {
        access_token: AccessToken::new(String::new()),
        refresh_token: None,
        id_token: None,
        profile: None,
        identity: Some(identity(payload, &content.claims)),
        beside: None,
        ..*payload
    };
    match part {
        Part::Access => SessionPayload {
            access_token: payload.access_token.clone(),
            profile: profile(),
            identity: None,
            ..head
        },
        Part::Refresh => {
            SessionPayload { refresh_token: payload.refresh_token.clone(), profile: profile(), ..head }
        }
        Part::Identity => SessionPayload { id_token: payload.id_token.clone(), ..head },
    }
}

/// The claims that a refresh and a login compare, and the id of the key that signed them. To keep all claims would
/// double the size of the session.
fn identity(payload: &SessionPayload, claims: &Claims) -> Zeroizing<Vec<u8>> {
    let key_id = jwt::unverified_key_id(payload.access_token.secret());
    let texts = [
        ("iss", Some(claims.issuer())),
        ("sub", Some(claims.subject())),
        ("sid", claims.session_id()),
        ("oid", claims.organization_id()),
        ("client_id", claims.client_id()),
        (KEY_ID, key_id.as_deref()),
    ];
    let mut members: Map<String, Value> =
        texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))).collect();
    for (name, at) in [("iat", claims.issued_at()), ("exp", claims.expires_at())] {
        members.insert(name.to_owned(), at.as_secs().into());
    }
    Zeroizing::new(Value::Object(members).to_string().into_bytes())
}

/// The id of the key that signed the access token. The access token itself is in another cookie.
pub(crate) fn key_id(session: &Session) -> Option<&str> {
    session.facts().claims.custom(KEY_ID)?.as_str()
}

/// The member of these claims that holds the key id. It is no registered claim: tokens have the key id in their header.
const KEY_ID: &str = "kid";

/// How many bytes the session adds to the request that carries most of it: names, values and separators. That is
/// usually a request for the refresh route.
pub(super) fn request_bytes(
    layout: &Layout,
    payload: &SessionPayload,
    content: &Content,
) -> Result<usize, Error> {
    let mut sizes = Vec::with_capacity(HOLDERS.len());
    for part in Part::ALL {
        let Some(names) = layout.names.of(Holder::Split(part)) else { continue };
        let sealed = layout.seal_for(Holder::Split(part), &part_of(part, payload, content))?;
        sizes.push((names, data_bytes(names.name(), &sealed)));
    }
    let sent_to = |path| sizes.iter().filter(move |(names, _)| names.is_sent_to(path));
    let most = sizes.iter().map(|(names, _)| sent_to(names.path()).map(|(_, bytes)| bytes).sum::<usize>());
    Ok(most.max().unwrap_or_default() + marker_bytes(layout))
}

/// The cookies of a new login, marker first.
pub(super) fn login_lines(
    layout: &Layout,
    sealed: &SealedSession,
    present: Present,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    let mut cookies = vec![marker(layout, &sealed.session)];
    cookies.extend(data_lines(layout, sealed, present, now)?);
    cookies.extend(left_over(layout, present));
    Ok(cookies)
}

/// The lines that write all three cookies, and the lines that remove old chunks which the browser may have and which
/// are not overwritten.
pub(super) fn data_lines(
    layout: &Layout,
    sealed: &SealedSession,
    present: Present,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    let SealedSession { value, session } = sealed;
    let facts = session.facts();
    let payload = layout.open(Holder::OneCookie, value).ok_or(Repr::Unreadable)?;
    let content = Content { claims: facts.claims.clone(), profile: facts.profile.clone(), key: None };
    let mut cookies = Vec::new();
    for part in Part::ALL.into_iter().filter(|part| *part != Part::Identity || !present.keeps_identity()) {
        let holder = Holder::Split(part);
        let names = layout.names.of(holder).ok_or(Repr::Unreadable)?;
        let value = layout.seal_for(holder, &part_of(part, &payload, &content))?;
        let age = match part {
            Part::Access => access_age(session, now),
            Part::Refresh | Part::Identity => time_left(layout, session, now),
        };
        cookies.extend(of_value(layout, names, &value, age, present.get(holder))?);
    }
    Ok(cookies)
}

/// The lines that remove the marker and all chunks of the three cookies, each at its own path, whatever the request
/// carried (R17).
pub(super) fn removals(layout: &Layout) -> Vec<SetCookie> {
    let mut cookies = vec![layout.spec.remove(layout.names.marker())];
    for names in HOLDERS.into_iter().filter_map(|holder| layout.names.of(holder)) {
        cookies.extend(cookie::clear(&layout.spec, names, ChunkSet::ALL));
    }
    cookies
}

/// The lines that remove our one cookie, which an earlier configuration wrote, if it came.
pub(super) fn left_over(layout: &Layout, present: Present) -> Vec<SetCookie> {
    let names = layout.names.of(Holder::OneCookie);
    let came = present.get(Holder::OneCookie);
    names.into_iter().flat_map(|names| cookie::clear(&layout.spec, names, came)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_760_000_000);

    #[test]
    fn r28_the_access_cookie_lives_whole_seconds_until_a_refresh_is_due() {
        let millis = Duration::from_millis;
        for (left, seconds) in [(270_000, 270), (266_997, 266), (1_999, 1), (1_000, 1), (999, 1), (0, 1)] {
            assert_eq!(whole_seconds(NOW + millis(left), NOW), Duration::from_secs(seconds), "{left} ms");
        }
        assert_eq!(whole_seconds(NOW, NOW + millis(5)), Duration::from_secs(1), "none would delete it");
    }

    #[test]
    fn r13_a_token_is_fresh_only_while_its_cookie_is_there() {
        let policy = Policy::default();
        for (left, life) in
            [(1_001, 2), (1_500, 2), (3_900, 5), (4_050, 5), (266_997, 300), (3_540_000, 3600)]
        {
            let due_at = NOW + Duration::from_millis(left);
            let fresh_until = fresh_until(due_at, Duration::from_secs(life), &policy);
            let gone = NOW + whole_seconds(due_at, NOW);
            assert!(fresh_until < gone, "{left} ms: between the two a page would be led in circles");
        }
        let (due_at, minute) = (NOW + Duration::from_secs(3_540), Duration::from_secs(60));
        assert_eq!(fresh_until(due_at, minute * 60, &policy), due_at - minute, "R41");
        assert_eq!(fresh_until(due_at, minute * 5, &policy), due_at - minute / 2);
    }
}
