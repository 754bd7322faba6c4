//! THE RULES: who is let in, when a refresh runs, and which cookies a response may write.
//!
//! [`decide`] is what a request's evidence leads to, [`decide_refreshed`] what a finished refresh leads to. Both are
//! total and pure: no clock, no I/O, no cookies. The numbers in the comments are the rows of the decision table in
//! ARCHITECTURE.md; `tests.rs` goes through them one by one. A reader of this file knows every way in.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::clock::Timestamp;
use crate::rules::policy::Policy;

/// How the request may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// `OPTIONS`: a preflight has no cookies to speak of and never costs anything.
    pub(crate) preflight: bool,
    /// The response can still carry `Set-Cookie`.
    pub(crate) writable: bool,
    /// Neither `HEAD` nor a prefetch: those never refresh early (R13).
    pub(crate) early: bool,
}

/// What the request's cookies show.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Evidence<'a> {
    /// No data cookie.
    NoData,
    /// A data cookie without its marker; `sealed_at` when it opens.
    NoMarker { sealed_at: Option<Timestamp> },
    /// Torn, foreign, too long, forged, of a newer version, or with another session's marker.
    Unreadable,
    /// A session with its marker.
    Session(&'a SessionEvidence),
}

/// What is known of an opened session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionEvidence {
    pub(crate) ended: Ended,
    pub(crate) login_at: Timestamp,
    pub(crate) rotated_at: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) soft: Timestamp,
    pub(crate) refresh: Standing,
    pub(crate) token: Token,
}

/// Whether somebody ended the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    No,
    /// By a logout, whose own answer deletes the cookies: a second deletion could meet the next login's.
    LoggedOut {
        since: Timestamp,
    },
    /// By us, because its tokens turned out to be another identity's.
    Revoked,
    /// By a new login in the same browser, whose cookies a late deletion would take away.
    Replaced,
}

/// How its refresh token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The session has none.
    None,
    /// It may be sent, or its successor is at hand.
    Ready,
    /// A refresh failed for now; none is tried before `until`.
    BackOff { until: Timestamp },
    /// Scalekit refused it first at `since`.
    Rejected { since: Timestamp },
    /// Scalekit took it, and its successor is not here any more, or never was.
    Spent,
}

/// How its access token verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Not looked at yet: a signature costs more than everything else together.
    Unchecked,
    Valid,
    /// Signed with a key that the key set at hand does not have.
    UnknownKey,
    /// The same, after a fetch that began for this request.
    StillUnknown,
    /// The keys could not be fetched, or not now.
    KeysUnavailable,
    /// Wrong signature, algorithm, kind, issuer or audience.
    Invalid,
    /// `nbf` or `iat` lies beyond now + leeway.
    NotYet,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Serve,
    Nobody(Cookies),
    Unavailable {
        retry_after: Duration,
    },
    /// Check the access token's signature, then decide again.
    Verify,
    /// Fetch the keys, then decide again.
    NeedKeys,
    Refresh(Urgency),
}

/// What becomes of the cookies of nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookies {
    Keep,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Nothing can be served without it.
    Required,
    /// The token at hand is still good.
    Opportunistic,
}

/// How long data without a marker, a logout, a rejected refresh token or a race gets before a cookie is deleted.
pub(crate) const SETTLING: Duration = Duration::from_secs(60);
/// How far past a limit a session must be before its cookie is deleted.
const LONG_OVER: Duration = Duration::from_secs(5 * 60);
/// What a client is told to wait when nothing better is known.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Rows 0–12: first match wins; nothing is deleted unless the row says so.
pub(crate) fn decide(way: Way, evidence: Evidence<'_>, policy: &Policy, now: Timestamp) -> Decision {
    if way.preflight {
        return Decision::Nobody(Cookies::Keep); // 0
    }
    let decision = match evidence {
        Evidence::NoData | Evidence::Unreadable => Decision::Nobody(Cookies::Keep), // 1, 2
        Evidence::NoMarker { sealed_at } => {
            let settled = sealed_at.is_some_and(|at| now >= at + SETTLING);
            Decision::Nobody(delete_if(settled)) // 1, marker rule 5
        }
        Evidence::Session(session) => decide_session(way, session, policy, now),
    };
    match decision {
        Decision::Nobody(_) if !way.writable => Decision::Nobody(Cookies::Keep),
        decided => decided,
    }
}

fn decide_session(way: Way, session: &SessionEvidence, policy: &Policy, now: Timestamp) -> Decision {
    match session.ended {
        // 3a: when the answer of the logout was lost, the cookies are still there a minute later.
        Ended::LoggedOut { since } => return Decision::Nobody(delete_if(now >= since + SETTLING)),
        Ended::Revoked => return Decision::Nobody(Cookies::Delete), // 3a
        Ended::Replaced => return Decision::Nobody(Cookies::Keep),  // 3a, after a new login
        Ended::No => {}
    }
    let limit = policy.limit(session.login_at, session.rotated_at);
    if now >= limit {
        return Decision::Nobody(delete_if(now > limit + LONG_OVER)); // 3b
    }
    if session.login_at.max(session.rotated_at) > now + policy.leeway {
        return Decision::Nobody(Cookies::Keep); // 3c
    }
    if now >= session.end {
        return decide_over(way, session.refresh, now);
    }
    match session.token {
        Token::Unchecked => Decision::Verify,
        Token::UnknownKey => Decision::NeedKeys, // 8a
        Token::StillUnknown => match session.refresh {
            // 8b
            Standing::Ready if way.writable => Decision::Refresh(Urgency::Required),
            Standing::Ready => Decision::Unavailable { retry_after: RETRY_AFTER },
            Standing::BackOff { until } => Decision::Unavailable { retry_after: until.since(now) },
            Standing::None | Standing::Spent | Standing::Rejected { .. } => Decision::Nobody(Cookies::Keep),
        },
        Token::KeysUnavailable | Token::NotYet => Decision::Unavailable { retry_after: RETRY_AFTER }, // 8c, 9b
        Token::Invalid => Decision::Nobody(Cookies::Keep),                                            // 9a
        Token::Valid => {
            let due = now >= session.soft && session.refresh == Standing::Ready;
            if due && way.writable && way.early {
                Decision::Refresh(Urgency::Opportunistic) // 11
            } else {
                Decision::Serve // 10, 12
            }
        }
    }
}

/// Rows 4–7: the access token is over.
fn decide_over(way: Way, refresh: Standing, now: Timestamp) -> Decision {
    match refresh {
        Standing::Ready if way.writable => Decision::Refresh(Urgency::Required), // 4
        Standing::Ready => Decision::Unavailable { retry_after: RETRY_AFTER },   // 5
        Standing::BackOff { until } => Decision::Unavailable { retry_after: until.since(now) }, // 5
        Standing::Rejected { since } => Decision::Nobody(delete_if(now >= since + SETTLING)), // 6
        Standing::None | Standing::Spent => Decision::Nobody(Cookies::Keep),     // 6, 7
    }
}

/// How a refresh ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refreshed {
    /// Scalekit rotated the tokens, for the same identity. `usable` when they verify and may be served.
    Rotated { usable: bool },
    /// The new tokens are of another `sub`, client or `sid`.
    Stranger,
    /// The new tokens are of another organization that nobody asked for.
    OtherOrganization,
    /// The refresh token is spent, and there is no successor to hand out.
    Spent,
    /// Nothing can be known now, or our own configuration was refused.
    Failed { retry_after: Duration },
    /// `invalid_grant`, first at `since`.
    Rejected { since: Timestamp },
    /// The session ended while the refresh ran.
    Ended,
}

/// What a finished refresh leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settlement {
    /// Serve the new session and write it.
    ServeNew,
    /// Write the new session; serve the old one.
    WriteNewServeOld,
    /// Write the new session; nothing can be served now.
    WriteNewUnavailable,
    ServeOld,
    Nobody(Cookies),
    Unavailable {
        retry_after: Duration,
    },
}

/// Rows 13–16. `old_end` is the end of the token that the request brought, `old_valid` whether it verifies.
pub(crate) fn decide_refreshed(
    refreshed: Refreshed,
    old_end: Timestamp,
    old_valid: bool,
    now: Timestamp,
) -> Settlement {
    let old_serves = old_valid && now < old_end;
    match refreshed {
        Refreshed::Rotated { usable: true } => Settlement::ServeNew, // 13a
        Refreshed::Rotated { usable: false } if old_serves => Settlement::WriteNewServeOld, // 13b
        Refreshed::Rotated { usable: false } => Settlement::WriteNewUnavailable, // 13b
        Refreshed::Stranger => Settlement::Nobody(Cookies::Delete),  // 13c
        Refreshed::OtherOrganization | Refreshed::Ended => Settlement::Nobody(Cookies::Keep), // 13d
        Refreshed::Failed { .. } | Refreshed::Rejected { .. } | Refreshed::Spent if old_serves => {
            Settlement::ServeOld // 13e, 14, 15
        }
        Refreshed::Spent => Settlement::Nobody(Cookies::Keep), // 13e
        Refreshed::Failed { retry_after } => Settlement::Unavailable { retry_after }, // 14
        Refreshed::Rejected { since } => Settlement::Nobody(delete_if(now >= since + SETTLING)), // 16a, 16b
    }
}

fn delete_if(condition: bool) -> Cookies {
    if condition { Cookies::Delete } else { Cookies::Keep }
}
