use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::invalid;
use crate::calls::{Endpoint, GrantType};
use crate::environment::Environment;
use crate::faults::{Fault, FaultBody, Faults, Rule, WebhookFlaw};
use crate::routes::refusal::Refusal;

type Shared = State<Arc<Environment>>;

/// Where and how often something goes wrong.
#[derive(Deserialize)]
pub(super) struct Aim {
    #[serde(default)]
    grant: Option<String>,
    #[serde(default)]
    times: Option<usize>,
}

#[derive(Deserialize)]
pub(super) struct Inject {
    endpoint: String,
    fault: WrittenFault,
    #[serde(flatten)]
    aim: Aim,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum WrittenFault {
    Delay {
        millis: u64,
    },
    Status {
        status: u16,
        retry_after: Option<u64>,
        #[serde(default)]
        body: WrittenBody,
    },
    TruncatedJson,
    DropConnectionAfterProcessing,
    DropConnection,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenBody {
    #[default]
    Html,
    Oauth(String),
    Json(String),
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpoilWebhooks {
    flaw: WrittenFlaw,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenFlaw {
    Duplicate,
    WrongSignature,
    SeveralSignatures,
    OldTimestamp,
}

pub(super) async fn inject(
    State(environment): Shared,
    Json(asked): Json<Inject>,
) -> Result<StatusCode, Refusal> {
    let endpoint = Endpoint::named(&asked.endpoint)
        .ok_or_else(|| invalid(&format!("there is no endpoint {}", asked.endpoint)))?;
    asked.aim.rule(&environment, endpoint)?.inject(asked.fault.into());
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn spoil_webhooks(
    State(environment): Shared,
    Json(asked): Json<SpoilWebhooks>,
) -> StatusCode {
    faults(&environment).spoil_webhooks(match asked.flaw {
        WrittenFlaw::Duplicate => WebhookFlaw::Duplicate,
        WrittenFlaw::WrongSignature => WebhookFlaw::WrongSignature,
        WrittenFlaw::SeveralSignatures => WebhookFlaw::SeveralSignatures,
        WrittenFlaw::OldTimestamp => WebhookFlaw::OldTimestamp,
    });
    StatusCode::NO_CONTENT
}

/// Forgets faults, tampering and webhook flaws.
pub(super) async fn clear(State(environment): Shared) -> StatusCode {
    faults(&environment).clear();
    StatusCode::NO_CONTENT
}

impl Aim {
    pub(super) fn rule(&self, environment: &Environment, endpoint: Endpoint) -> Result<Rule, Refusal> {
        let mut rule = faults(environment).on(endpoint);
        if let Some(name) = &self.grant {
            let grant = GrantType::named(name);
            rule = rule.grant(grant.ok_or_else(|| invalid(&format!("there is no grant {name}")))?);
        }
        Ok(match self.times {
            Some(times) => rule.times(times),
            None => rule,
        })
    }
}

impl From<WrittenFault> for Fault {
    fn from(written: WrittenFault) -> Self {
        match written {
            WrittenFault::Delay { millis } => Self::Delay(Duration::from_millis(millis)),
            WrittenFault::Status { status, retry_after, body } => {
                Self::Status { status, retry_after: retry_after.map(Duration::from_secs), body: body.into() }
            }
            WrittenFault::TruncatedJson => Self::TruncatedJson,
            WrittenFault::DropConnectionAfterProcessing => Self::DropConnectionAfterProcessing,
            WrittenFault::DropConnection => Self::DropConnection,
        }
    }
}

impl From<WrittenBody> for FaultBody {
    fn from(written: WrittenBody) -> Self {
        match written {
            WrittenBody::Html => Self::Html,
            WrittenBody::Oauth(error) => Self::OAuth { error },
            WrittenBody::Json(text) => Self::Json(text),
            WrittenBody::Empty => Self::Empty,
        }
    }
}

fn faults(environment: &Environment) -> Faults {
    Faults::new(Arc::clone(&environment.faults))
}
