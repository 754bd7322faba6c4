//! THE RULES: which request gets a session, when a refresh runs, and which cookies a response may write.
//!
//! [`decide`] says what to do with a request, by the evidence that the request carries. [`decide_refreshed`] says
//! what to do after a refresh. Both functions have an answer for every input, and are pure: no clock, no I/O, no
//! cookies. The numbers in the comments are the rows of the decision table in ARCHITECTURE.md; `tests.rs` tests them
//! row by row. No other file decides that a request gets a session.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::clock::Timestamp;
use crate::rules::policy::Policy;

/// How the request may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestTraits {
    /// The method is `OPTIONS`. Browsers send a preflight without cookies, and the answer must cost nothing.
    pub(crate) preflight: bool,
    /// The response can still carry `Set-Cookie`.
    pub(crate) writable: bool,
    /// Tokens that are still good may be refreshed: the request is neither a `HEAD` nor a prefetch (R13).
    pub(crate) early: bool,
}

/// What the request's cookies show.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Evidence<'a> {
    /// No data cookie.
    NoData,
    /// A data cookie without its marker. `sealed_at` is when its tokens came; `None` when the cookie cannot be opened.
    NoMarker { sealed_at: Option<Timestamp> },
    /// A data cookie that cannot be used: chunks are missing or mixed, another application's, too long, forged, of a
    /// newer version, or with another session's marker.
    Unreadable,
    /// A session with its own marker.
    Session(&'a SessionEvidence),
}

/// What is known about an opened session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionEvidence {
    pub(crate) ended: Ended,
    pub(crate) login_at: Timestamp,
    pub(crate) refreshed_at: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) due_at: Timestamp,
    pub(crate) refresh: Standing,
    pub(crate) token: Token,
}

/// Whether this process knows that the session was ended, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    No,
    /// By a logout. The logout's own response deletes the cookies; a second deletion could hit those of the next login.
    LoggedOut {
        since: Timestamp,
    },
    /// By this crate, because refreshed tokens were of another identity.
    Revoked,
    /// By a new login in the same browser. A late deletion would take the new session's cookies away.
    Replaced,
}

/// The state of the session's refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The session has no refresh token.
    None,
    /// The token may be sent, or its successor is at hand.
    Ready,
    /// A refresh failed for a passing reason. The token is not sent again before `until`.
    BackOff { until: Timestamp },
    /// Scalekit refused the token. `since` is when that happened first.
    Rejected { since: Timestamp },
    /// Scalekit accepted the token, but its successor is not here any more, or never was.
    Spent,
}

/// What is known about the signature and the claims of the session's access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Not checked yet. To check a signature costs more than everything else together.
    Unchecked,
    Valid,
    /// Signed with a key that the key set at hand does not have.
    UnknownKey,
    /// The key is still unknown after a fetch that began for this request.
    StillUnknown,
    /// The keys could not be fetched, or may not be fetched now.
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
    Anonymous(Cookies),
    Unavailable {
        retry_after: Duration,
    },
    /// Check the access token's signature, then decide again.
    Verify,
    /// Fetch the keys, then decide again.
    NeedKeys,
    Refresh(Urgency),
}

/// What happens to the session's cookies when there is no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookies {
    Keep,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The request cannot be served without the refresh.
    Required,
    /// The request can be served without the refresh: its access token is still good.
    Opportunistic,
}

/// How long cookies are kept after their tokens came without a marker, after a logout, and after a refused refresh
/// token. In that time another response may still bring newer cookies, which a deletion would take away.
pub(crate) const SETTLING: Duration = Duration::from_secs(60);
/// How far past a limit a session must be before its cookies are deleted.
const LONG_OVER: Duration = Duration::from_secs(5 * 60);
/// How long a client is told to wait when nothing better is known.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Rows 0–12. The first row that matches wins. Cookies are deleted only where the row says so.
pub(crate) fn decide(
    traits: RequestTraits,
    evidence: Evidence<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Decision {
    if traits.preflight {
        return Decision::Anonymous(Cookies::Keep); // 0
    }
    let decision = match evidence {
        Evidence::NoData | Evidence::Unreadable => Decision::Anonymous(Cookies::Keep), // 1, 2
        Evidence::NoMarker { sealed_at } => {
            let settled = sealed_at.is_some_and(|at| now >= at + SETTLING);
            Decision::Anonymous(delete_if(settled)) // 1, and rule 5 of the live marker
        }
        Evidence::Session(session) => decide_session(traits, session, policy, now),
    };
    match decision {
        Decision::Anonymous(_) if !traits.writable => Decision::Anonymous(Cookies::Keep),
        decided => decided,
    }
}

fn decide_session(
    traits: RequestTraits,
    session: &SessionEvidence,
    policy: &Policy,
    now: Timestamp,
) -> Decision {
    match session.ended {
        // 3a. Cookies that are still there a minute after the logout: its response was lost, so delete them now.
        Ended::LoggedOut { since } => return Decision::Anonymous(delete_if(now >= since + SETTLING)),
        Ended::Revoked => return Decision::Anonymous(Cookies::Delete), // 3a
        Ended::Replaced => return Decision::Anonymous(Cookies::Keep),  // 3a, after a new login
        Ended::No => {}
    }
    let limit = policy.limit(session.login_at, session.refreshed_at);
    if now >= limit {
        return Decision::Anonymous(delete_if(now > limit + LONG_OVER)); // 3b
    }
    if session.login_at.max(session.refreshed_at) > now + policy.leeway {
        return Decision::Anonymous(Cookies::Keep); // 3c
    }
    if now >= session.end {
        return decide_over(traits, session.refresh, now);
    }
    match session.token {
        Token::Unchecked => Decision::Verify,
        Token::UnknownKey => Decision::NeedKeys, // 8a
        Token::StillUnknown => match session.refresh {
            // 8b
            Standing::Ready if traits.writable => Decision::Refresh(Urgency::Required),
            Standing::Ready => Decision::Unavailable { retry_after: RETRY_AFTER },
            Standing::BackOff { until } => Decision::Unavailable { retry_after: until.since(now) },
            Standing::None | Standing::Spent | Standing::Rejected { .. } => {
                Decision::Anonymous(Cookies::Keep)
            }
        },
        Token::KeysUnavailable | Token::NotYet => Decision::Unavailable { retry_after: RETRY_AFTER }, // 8c, 9b
        Token::Invalid => Decision::Anonymous(Cookies::Keep),                                         // 9a
        Token::Valid => {
            let due = now >= session.due_at && session.refresh == Standing::Ready;
            if due && traits.writable && traits.early {
                Decision::Refresh(Urgency::Opportunistic) // 11
            } else {
                Decision::Serve // 10, 12
            }
        }
    }
}

/// Rows 4–7: the access token has reached its end.
fn decide_over(traits: RequestTraits, refresh: Standing, now: Timestamp) -> Decision {
    match refresh {
        Standing::Ready if traits.writable => Decision::Refresh(Urgency::Required), // 4
        Standing::Ready => Decision::Unavailable { retry_after: RETRY_AFTER },      // 5
        Standing::BackOff { until } => Decision::Unavailable { retry_after: until.since(now) }, // 5
        Standing::Rejected { since } => Decision::Anonymous(delete_if(now >= since + SETTLING)), // 6
        Standing::None | Standing::Spent => Decision::Anonymous(Cookies::Keep),     // 6, 7
    }
}

/// The result of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refreshed {
    /// Scalekit sent new tokens for the same identity. `usable`: they verify and may be served.
    Succeeded { usable: bool },
    /// The new tokens are of another `sub`, client or `sid`.
    Stranger,
    /// The new tokens are of another organization, which this application did not ask for.
    OtherOrganization,
    /// The refresh token is spent, and there is no successor to hand out.
    Spent,
    /// The refresh failed for a passing reason, or Scalekit refused our own configuration.
    Failed { retry_after: Duration },
    /// Scalekit refused the refresh token with `invalid_grant`, first at `since`.
    Rejected { since: Timestamp },
    /// The session ended while the refresh ran.
    Ended,
}

/// What to do after a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settlement {
    /// Serve the new session and write it.
    ServeNew,
    /// Write the new session; serve the old one.
    WriteNewServeOld,
    /// Write the new session. No session can be served now.
    WriteNewUnavailable,
    ServeOld,
    Anonymous(Cookies),
    Unavailable {
        retry_after: Duration,
    },
}

/// Rows 13–16. `old_end` is the end of the access token that the request brought; `old_valid` says whether that token
/// verifies.
pub(crate) fn decide_refreshed(
    refreshed: Refreshed,
    old_end: Timestamp,
    old_valid: bool,
    now: Timestamp,
) -> Settlement {
    let old_serves = old_valid && now < old_end;
    match refreshed {
        Refreshed::Succeeded { usable: true } => Settlement::ServeNew, // 13a
        Refreshed::Succeeded { usable: false } if old_serves => Settlement::WriteNewServeOld, // 13b
        Refreshed::Succeeded { usable: false } => Settlement::WriteNewUnavailable, // 13b
        Refreshed::Stranger => Settlement::Anonymous(Cookies::Delete), // 13c
        Refreshed::OtherOrganization | Refreshed::Ended => Settlement::Anonymous(Cookies::Keep), // 13d, 13f
        Refreshed::Failed { .. } | Refreshed::Rejected { .. } | Refreshed::Spent if old_serves => {
            Settlement::ServeOld // 13e, 14, 15
        }
        Refreshed::Spent => Settlement::Anonymous(Cookies::Keep), // 13e
        Refreshed::Failed { retry_after } => Settlement::Unavailable { retry_after }, // 14
        Refreshed::Rejected { since } => Settlement::Anonymous(delete_if(now >= since + SETTLING)), // 16a, 16b
    }
}

fn delete_if(condition: bool) -> Cookies {
    if condition { Cookies::Delete } else { Cookies::Keep }
}
