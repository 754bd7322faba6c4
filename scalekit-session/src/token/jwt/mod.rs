//! Verification of Scalekit's tokens (R41, R42; RFC 7519, RFC 8725).
//!
//! [`jws`] splits a token into its parts, [`claim_set`] reads its claims strictly, [`jwk`] holds the published keys,
//! [`kind`] tells the kinds of tokens apart, and [`mod@verify`] does all of it in order. Nothing here waits or reads a
//! clock.

mod claim_set;
mod id_token;
mod idp_initiated;
mod invalid;
mod jwk;
mod jws;
mod kind;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use claim_set::ClaimSet;
#[cfg(any(test, feature = "testing"))]
pub(crate) use id_token::unverified_profile;
pub(crate) use id_token::{Expected, verify_id_token};
pub use idp_initiated::IdpInitiatedLogin;
pub(crate) use idp_initiated::verify_idp_initiated;
pub use invalid::InvalidToken;
pub(crate) use jwk::{KeySet, KeySetError, VerifyingKey};
pub(crate) use jws::{unverified_key_id, unverified_payload};
pub(crate) use kind::Kind;
pub(crate) use verify::{
    Rules, RulesError, Verdict, unverified_claims, unverified_claims_for_us, verify, verify_session_token,
};
