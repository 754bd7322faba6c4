//! Asks the rules what to do with a request, and does it. No other file interprets a decision.

use std::sync::Arc;

use crate::answer::refusal::NoSession;
use crate::clock::Timestamp;
use crate::cookie::{Holder, RequestCookies};
use crate::event::Event;
use crate::instance::Instance;
use crate::pipeline::find;
use crate::pipeline::open::Shown;
use crate::pipeline::resolution::{Resolution, SessionState};
use crate::pipeline::resolve;
use crate::request::RequestView;
use crate::rules::decide::{
    self, Decision, Evidence, RETRY_AFTER, RequestTraits, SessionEvidence, Standing, Token, Urgency,
};
use crate::rules::navigation::{self, Client};

/// What is known of a request's session while the pipeline decides.
pub(crate) enum Case {
    /// The cookies show this session, and this is known of its access token.
    Session(Shown, Token),
    /// The cookies show no session, for this reason.
    None(Evidence<'static>, NoSession),
}

impl Case {
    /// The case of a session that was just found.
    pub(crate) fn of(instance: &Instance, shown: Shown, now: Timestamp) -> Self {
        let token = shown.token(instance, now);
        Self::Session(shown, token)
    }
}

/// The result of one round of decisions.
pub(crate) enum Step {
    Settled(Resolution),
    /// The decision needs this call to Scalekit first.
    Waits(Case, Wait),
}

/// What the decision waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Scalekit's signing keys.
    Keys,
    /// New tokens.
    Refresh(Urgency),
}

/// What a decision needs to know of the request.
pub(crate) trait Asking {
    /// Whether the response can still carry `Set-Cookie`.
    fn writable(&self) -> bool;

    /// Whether a refresh may run while the access token is still good (R13).
    fn may_refresh_early(&self) -> bool;

    /// Whether the request is a `GET` that loads a page.
    fn is_navigation(&self) -> bool;

    /// Whether the caller wants a refresh, whatever the age of the access token.
    fn wants_refresh(&self) -> bool;
}

/// Reads each answer from the headers when it is needed, and not before: every header that is read costs time.
impl Asking for RequestView<'_> {
    fn writable(&self) -> bool {
        self.writable
    }

    fn may_refresh_early(&self) -> bool {
        navigation::may_refresh_early(self)
    }

    fn is_navigation(&self) -> bool {
        self.method == "GET" && navigation::client(self) == Client::Navigation
    }

    fn wants_refresh(&self) -> bool {
        false
    }
}

/// The answers of a request, kept for a decision that waits and no longer has the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noted {
    pub(crate) writable: bool,
    pub(crate) early: bool,
    pub(crate) navigation: bool,
    pub(crate) wants_refresh: bool,
}

impl Noted {
    pub(crate) fn of(asking: &dyn Asking) -> Self {
        Self {
            writable: asking.writable(),
            early: asking.may_refresh_early(),
            navigation: asking.is_navigation(),
            wants_refresh: asking.wants_refresh(),
        }
    }
}

impl Asking for Noted {
    fn writable(&self) -> bool {
        self.writable
    }

    fn may_refresh_early(&self) -> bool {
        self.early
    }

    fn is_navigation(&self) -> bool {
        self.navigation
    }

    fn wants_refresh(&self) -> bool {
        self.wants_refresh
    }
}

/// Decides, and does what the decision says until it is settled or has to wait. `cookies` are the cookies of the
/// request; `None` when the request is gone, or when only one of its cookies counts.
pub(crate) fn step(
    instance: &Arc<Instance>,
    mut case: Case,
    asking: &dyn Asking,
    cookies: Option<&RequestCookies<'_>>,
    now: Timestamp,
) -> Step {
    loop {
        let known = match &case {
            Case::Session(shown, token) => Some(shown.evidence(instance, *token, now)),
            Case::None(..) => None,
        };
        let decision = decide::decide(
            RequestTraits {
                preflight: false,
                writable: asking.writable(),
                // The headers are read only when a refresh is due.
                early: known.is_some_and(|known| now >= known.due_at) && asking.may_refresh_early(),
            },
            match (&case, &known) {
                (Case::None(evidence, _), _) => *evidence,
                (Case::Session(..), Some(known)) => Evidence::Session(known),
                (Case::Session(..), None) => Evidence::Unreadable,
            },
            &instance.config.policy,
            now,
        );
        let (shown, token, known) = match (case, known) {
            (Case::Session(shown, token), Some(known)) => (shown, token, known),
            (Case::None(_, why), _) => return Step::Settled(without_session(instance, decision, why, now)),
            (Case::Session(..), None) => return Step::Settled(contradiction(instance)),
        };
        match decision {
            Decision::Verify => {
                let mut shown = shown;
                let token = shown.verify(instance, now);
                case = Case::Session(shown, token);
            }
            Decision::Serve | Decision::Refresh(_)
                if asking.wants_refresh() && shown.refresh_key().is_some() =>
            {
                return Step::Waits(Case::Session(shown, token), Wait::Refresh(Urgency::Required));
            }
            Decision::Serve => return Step::Settled(serve(instance, shown, now)),
            Decision::NeedKeys => return Step::Waits(Case::Session(shown, token), Wait::Keys),
            Decision::Refresh(urgency) => {
                return Step::Waits(Case::Session(shown, token), Wait::Refresh(urgency));
            }
            Decision::Unavailable { retry_after } => {
                return Step::Settled(Resolution::new(SessionState::Unavailable { retry_after }));
            }
            Decision::Anonymous(deletion) => match live_sdk_session(instance, &shown, cookies) {
                Some(other) => case = Case::of(instance, other, now),
                None => return Step::Settled(anonymous(instance, &shown, deletion, &known, asking, now)),
            },
        }
    }
}

/// The session of the SDK cookie, for a request whose session in our own cookie is over: a session that is over must
/// not hide one that may be live.
fn live_sdk_session(
    instance: &Arc<Instance>,
    shown: &Shown,
    cookies: Option<&RequestCookies<'_>>,
) -> Option<Shown> {
    let cookies = cookies.filter(|_| shown.holder() == Holder::OneCookie)?;
    find::in_sdk_cookie(instance, cookies)
}

fn serve(instance: &Arc<Instance>, shown: Shown, now: Timestamp) -> Resolution {
    match shown.into_session() {
        Some(session) => resolve::serve(instance, session, now),
        None => contradiction(instance),
    }
}

fn anonymous(
    instance: &Instance,
    shown: &Shown,
    deletion: decide::Cookies,
    known: &SessionEvidence,
    asking: &dyn Asking,
    now: Timestamp,
) -> Resolution {
    let resolution = resolve::anonymous(instance, shown.holder(), Some(shown.names()), deletion, now);
    let racing = matches!(known.refresh, Standing::Rejected { .. }) && asking.is_navigation();
    let resolution = resolve::asking_again(instance, resolution, shown.refresh_key(), racing);
    resolve::unless_expired(instance, resolution, known, now)
}

fn without_session(instance: &Instance, decision: Decision, why: NoSession, now: Timestamp) -> Resolution {
    match decision {
        Decision::Anonymous(deletion) => {
            let resolution = resolve::anonymous(instance, Holder::OneCookie, None, deletion, now);
            Resolution { no_session: why, ..resolution }
        }
        _ => contradiction(instance),
    }
}

/// For a decision that contradicts its evidence, which would be a defect of this crate. The request is not served, its
/// cookies stay, and the log reports the contradiction.
fn contradiction(instance: &Instance) -> Resolution {
    instance.emit(Event::DecisionContradicted);
    Resolution::new(SessionState::Unavailable { retry_after: RETRY_AFTER })
}
