//! The list of events, with the name, level, target, limit and message of each.
//!
//! A `limited` event is one that any client can provoke, or that a client can repeat with an old cookie or callback. An
//! `unlimited` event needs an answer of Scalekit or a valid session each time, or happens at start-up. There is one
//! exception: `not_set_up` is unlimited, because without the middleware there is no instance to count its lines.

use std::time::Duration;

use tracing::Level;

use super::fields::{ErrorCode, Field, Plain};

/// The target of events that are worth an alert.
const SECURITY: &str = "scalekit_session::security";
/// The target of all other events.
const GENERAL: &str = "scalekit_session";

/// Makes the enums `Event` and `EventKind` from the list, and the log line of each event.
macro_rules! events {
    ($($(#[$doc:meta])* $kind:ident $({ $($field:ident: $type:ty),+ })?
        => $name:literal $level:ident $target:ident $limit:ident $message:literal;)+) => {
        /// Something that an operator may want to know. Types of secrets cannot be fields.
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Event<'a> {
            $($(#[$doc])* $kind $({ $($field: $type),+ })?,)+
        }

        /// The kind of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum EventKind {
            $($kind),+
        }

        impl EventKind {
            pub(super) const ALL: [Self; [$(Self::$kind),+].len()] = [$(Self::$kind),+];

            /// The stable name of the kind, for alerts.
            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name),+
                }
            }

            pub(super) const fn is_limited(self) -> bool {
                match self {
                    $(Self::$kind => events!(@is_limited $limit)),+
                }
            }
        }

        impl Event<'_> {
            pub(super) const fn kind(&self) -> EventKind {
                match self {
                    $(Self::$kind { .. } => EventKind::$kind),+
                }
            }

            pub(super) fn write(&self) {
                match self {
                    $(Self::$kind $({ $($field),+ })? => tracing::event!(
                        name: $name,
                        target: $target,
                        Level::$level,
                        event = $name,
                        $($($field = $field.value(),)+)?
                        $message
                    ),)+
                }
            }

            /// One event of every kind.
            #[cfg(test)]
            pub(super) fn samples() -> Vec<Self> {
                vec![$(Self::$kind $({ $($field: Field::sample()),+ })?),+]
            }
        }
    };
    (@is_limited limited) => { true };
    (@is_limited unlimited) => { false };
}

events! {
    // Logging in and out.

    /// A login succeeded, and its session is sealed.
    SignedIn { user: &'a str } => "signed_in" INFO GENERAL unlimited "signed in";
    /// A logout found a session in the request's cookies.
    SignedOut { user: &'a str } => "signed_out" INFO GENERAL unlimited "signed out";
    /// The browser came back from Scalekit with an error and no code.
    LoginAnsweredWithError { error: ErrorCode<'a> } => "login_answered_with_error" INFO GENERAL limited
        "Scalekit answered a login with an error";
    /// The application's own check refused a user.
    LoginRefused { user: &'a str, error: &'a dyn Plain } => "login_refused" INFO GENERAL unlimited
        "a login was refused";
    /// The token endpoint refused a code: it was used before, has expired, or was made up.
    CodeRefused => "code_refused" WARN GENERAL limited "Scalekit refused an authorization code";
    /// The token endpoint refused this client's configuration.
    LoginMisconfigured { code: &'static str } => "login_misconfigured" ERROR GENERAL limited
        "Scalekit refuses this client: check client id, secret and redirect URI";
    /// The token endpoint gave no answer about a code.
    LoginUnanswered { cause: &'a dyn Plain } => "login_unanswered" WARN GENERAL limited
        "a login could not be completed: Scalekit gave no usable answer";
    /// The tokens of a login cannot be verified without keys.
    LoginWithoutKeys => "login_without_keys" WARN GENERAL unlimited
        "a login could not be completed: Scalekit's signing keys cannot be fetched";
    /// Scalekit granted an access token alone.
    LoginWithoutIdToken => "login_without_id_token" ERROR GENERAL unlimited
        "Scalekit sent no ID token: is `openid` among the scopes?";
    /// A token of a login is not acceptable.
    LoginTokensInvalid { reason: &'a dyn Plain } => "login_tokens_invalid" ERROR SECURITY unlimited
        "the tokens of a login do not verify";
    /// A token of a login is acceptable at another time, or its key is not published.
    LoginTokensUntimely => "login_tokens_untimely" ERROR SECURITY unlimited
        "the tokens of a login do not verify: expired, from the future, or signed with an unknown key";
    /// Access token and ID token of a login name different users.
    LoginTokensOfTwoUsers => "login_tokens_of_two_users" ERROR SECURITY unlimited
        "the tokens of a login are of two users";
    /// The session of a login cannot be sealed, or does not fit into its cookies.
    LoginNotKept { error: &'a crate::error::Error } => "login_not_kept" ERROR GENERAL limited
        "a login cannot be kept";
    /// A login that another site began would replace the signed-in user by another user (R55).
    LoginHeldBack => "login_held_back" WARN SECURITY limited
        "a login that another site began would change who is signed in: the user is asked first";
    /// The token of an IdP-initiated login is not acceptable.
    IdpInitiatedInvalid => "idp_initiated_invalid" WARN SECURITY limited
        "an IdP-initiated login does not verify; an ordinary login follows";
    /// Several logins in a row succeeded, and each next page load had no session (R47).
    LoginLoop => "login_loop" ERROR SECURITY limited
        "logins succeed, and the session does not arrive: the loop is stopped";
    /// A guard refused a page load of one of our own routes, because the request had no session.
    GuardBeforeLogin { path: &'a str } => "guard_before_login" ERROR GENERAL limited
        "a guard stands before the login's own routes, so no user can log in: put the guard on other routes";
    /// The refresh route sent a browser back to a page, and the access cookie did not come along (R47).
    RefreshHopLoop { path: &'a str } => "refresh_hop_loop" ERROR GENERAL limited
        "a page was led through the refresh route and its access cookie did not come back: does the path of the access \
         cookie cover this page, and does the browser keep cookies?";
    /// There were no random numbers for the state, nonce and code verifier of a login.
    NoRandomness => "no_randomness" ERROR GENERAL limited "the operating system gave no random numbers";

    // Requests and their cookies.

    /// Another origin sent a request that has effects and that carries our cookies (R51).
    CrossOriginRefused { method: &'a str } => "cross_origin_refused" WARN SECURITY limited
        "a cross-origin request was refused";
    /// A request has more SDK cookies than are tried, so the genuine one may be among those left out.
    TooManySdkCookies => "too_many_sdk_cookies" WARN SECURITY limited
        "too many SDK cookies in one request: none is served";
    /// The cookies of a request hold sessions of two users (R23).
    TwoUsers => "two_users" WARN SECURITY limited "two users' sessions in one request: neither is served";
    /// A sealed access token is not valid yet.
    TokenFromFuture => "token_from_future" WARN SECURITY limited
        "an access token is from the future: check this machine's clock";
    /// A sealed access token is not acceptable.
    SealedTokenInvalid { reason: &'a dyn Plain } => "sealed_token_invalid" WARN SECURITY limited
        "a sealed access token does not verify";
    /// An SDK cookie names its members as the packages of the other language do.
    OtherSdkLanguage { read: &'static str, written: &'static str } => "other_sdk_language" DEBUG GENERAL limited
        "an SDK cookie is written for the packages of another language";

    /// The rules decided what the evidence does not allow: a defect of this crate. The request is not served.
    DecisionContradicted => "decision_contradicted" ERROR GENERAL limited
        "a decision contradicts its evidence: please report this with the version of the crate";

    // Refreshing.

    /// Scalekit sent new tokens, and they are sealed. Written once for each call to Scalekit, however many requests
    /// waited for the call.
    Refreshed { user: &'a str } => "session_refreshed" DEBUG GENERAL unlimited "a session was refreshed";
    /// The task of a refresh panicked, or its runtime shut down.
    RefreshLost => "refresh_lost" ERROR GENERAL unlimited "a refresh ended without a result";
    /// The token endpoint refused this client's configuration.
    RefreshMisconfigured { code: &'static str } => "refresh_misconfigured" ERROR GENERAL unlimited
        "Scalekit refuses this client: check client id and secret. Sessions are kept";
    /// The token endpoint gave no answer about a refresh token.
    RefreshUnanswered { cause: &'a dyn Plain } => "refresh_unanswered" WARN GENERAL unlimited
        "a session could not be refreshed for now";
    /// The new access token has no claims that can be read.
    RefreshedTokenUnreadable => "refreshed_token_unreadable" ERROR GENERAL unlimited
        "a refreshed access token is not a JWT; the old session goes on until its token's end";
    /// The new access token is not acceptable.
    RefreshedTokenInvalid { reason: &'a dyn Plain } => "refreshed_token_invalid" WARN SECURITY unlimited
        "a refreshed access token does not verify";
    /// New tokens are sealed, but are not served, because they do not verify now.
    RefreshedTokensNotServed { user: &'a str } => "refreshed_tokens_not_served" WARN SECURITY unlimited
        "refreshed tokens do not verify now; they are kept and not served";
    /// New tokens are of another user, client or session than the old ones (R11).
    RefreshedIdentityChanged { user: &'a str } => "refreshed_identity_changed" ERROR SECURITY unlimited
        "refreshed tokens are another identity's: the session is ended";
    /// New tokens are of an issuer that is not configured.
    RefreshedIssuerUnknown { issuer: &'a str } => "refreshed_issuer_unknown" WARN SECURITY unlimited
        "refreshed tokens are of an issuer that SCALEKIT_ISSUER does not list";
    /// New tokens are of another organization than the old ones.
    RefreshedOrganizationChanged { user: &'a str } => "refreshed_organization_changed" ERROR SECURITY unlimited
        "refreshed tokens are of another organization, and no request asked for that";
    /// The refreshed session cannot be sealed, or does not fit into its cookies.
    RefreshNotKept { error: &'a crate::error::Error } => "refresh_not_kept" ERROR GENERAL unlimited
        "a refreshed session cannot be kept; the old one goes on until its token's end";
    /// The refreshed session does not fit into the SDK cookie.
    RefreshNotShared { error: &'a crate::error::Error } => "refresh_not_shared" WARN GENERAL unlimited
        "a refreshed session cannot be shared with Scalekit's official packages; it goes on in our own cookie";

    // Sizes.

    /// A session fits into its cookies only without its ID token (R15).
    IdTokenDropped { user: &'a str } => "id_token_dropped" WARN GENERAL unlimited
        "the session is large: its ID token is not kept";
    /// A session takes more than three quarters of its cookie budget. Both sizes are in bytes.
    NearBudget { cookies: usize, budget: usize } => "near_budget" DEBUG GENERAL unlimited
        "the session takes over 75 % of its cookie budget";

    // The process.

    /// A fetch of the keys endpoint failed.
    KeysNotFetched { error: &'a dyn Plain, retry_after: Duration } => "keys_not_fetched" WARN GENERAL unlimited
        "could not fetch Scalekit's signing keys";
    /// The redirect URI is a loopback address without https.
    PlainHttp { origin: &'a str } => "plain_http" WARN GENERAL unlimited
        "sessions over plain http: for development on this machine only";
    /// An extractor or guard runs without the adapter's middleware.
    NotSetUp { fix: &'static str } => "not_set_up" ERROR GENERAL unlimited "session handling is not set up";
    /// Lines of one kind were left out since the last such line.
    Suppressed { kind: &'static str, count: u64 } => "suppressed" WARN SECURITY unlimited
        "lines were left out: more than ten events of this kind in one second";
}
