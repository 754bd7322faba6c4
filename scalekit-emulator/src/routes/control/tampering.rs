use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::faults::Aim;
use crate::calls::Endpoint;
use crate::environment::Environment;
use crate::faults::{ForgedAlgorithm, Tamper};
use crate::routes::refusal::Refusal;

#[derive(Deserialize)]
pub(super) struct Spoil {
    tamper: WrittenTamper,
    #[serde(flatten)]
    aim: Aim,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum WrittenTamper {
    OmitIdTokenOnRefresh,
    OmitRefreshToken,
    WrongIssuer { issuer: String },
    WrongAudience { audience: String },
    AudienceAsString,
    AlgorithmNone,
    AlgorithmHs256,
    UnknownKid,
    OtherSubject { subject: String },
    OtherSid,
    OtherOrganization { organization: String },
    MissingExp,
    NotBeforeInFuture { seconds: u64 },
    IdTokenAsAccessToken,
    WrongNonce,
    WrongAtHash,
    ClockOffset { seconds: i64 },
}

pub(super) async fn spoil(
    State(environment): State<Arc<Environment>>,
    Json(asked): Json<Spoil>,
) -> Result<StatusCode, Refusal> {
    asked.aim.rule(&environment, Endpoint::Token)?.tamper(asked.tamper.into());
    Ok(StatusCode::NO_CONTENT)
}

impl From<WrittenTamper> for Tamper {
    fn from(written: WrittenTamper) -> Self {
        match written {
            WrittenTamper::OmitIdTokenOnRefresh => Self::OmitIdTokenOnRefresh,
            WrittenTamper::OmitRefreshToken => Self::OmitRefreshToken,
            WrittenTamper::WrongIssuer { issuer } => Self::WrongIssuer(issuer),
            WrittenTamper::WrongAudience { audience } => Self::WrongAudience(audience),
            WrittenTamper::AudienceAsString => Self::AudienceAsString,
            WrittenTamper::AlgorithmNone => Self::WrongAlgorithm(ForgedAlgorithm::None),
            WrittenTamper::AlgorithmHs256 => Self::WrongAlgorithm(ForgedAlgorithm::Hs256),
            WrittenTamper::UnknownKid => Self::UnknownKid,
            WrittenTamper::OtherSubject { subject } => Self::OtherSubject(subject),
            WrittenTamper::OtherSid => Self::OtherSid,
            WrittenTamper::OtherOrganization { organization } => Self::OtherOrganization(organization),
            WrittenTamper::MissingExp => Self::MissingExp,
            WrittenTamper::NotBeforeInFuture { seconds } => {
                Self::NotBeforeInFuture(Duration::from_secs(seconds))
            }
            WrittenTamper::IdTokenAsAccessToken => Self::IdTokenAsAccessToken,
            WrittenTamper::WrongNonce => Self::WrongNonce,
            WrittenTamper::WrongAtHash => Self::WrongAtHash,
            WrittenTamper::ClockOffset { seconds } => Self::ClockOffset(seconds),
        }
    }
}
