//! [`ScalekitClientBuilder`]: collects and checks the settings of a [`ScalekitClient`].

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::ScalekitClient;
use crate::clock::{Clock, SystemClock};
use crate::secret::ClientSecret;
use crate::token::jwt::{Rules, RulesError};
use crate::upstream::keys::Keys;
use crate::upstream::oauth::{Endpoints, EnvironmentUrlError, OauthClient};
use crate::upstream::runtime::Runtime;
#[cfg(feature = "reqwest")]
use crate::upstream::transport::BuildTransportError;
use crate::upstream::transport::Transport;

/// Collects the settings of a [`ScalekitClient`]. A setter means what the setter of that name means on
/// [`ScalekitBuilder`](crate::ScalekitBuilder).
#[must_use = "a builder does nothing until `build()` is called"]
pub struct ScalekitClientBuilder {
    environment_url: String,
    client_id: String,
    client_secret: Option<ClientSecret>,
    issuers: Option<Vec<String>>,
    audiences: Option<Vec<String>>,
    leeway: Duration,
    transport: Option<Arc<dyn Transport>>,
    runtime: Option<Arc<dyn Runtime>>,
    clock: Arc<dyn Clock>,
}

impl ScalekitClientBuilder {
    pub(super) fn new(environment_url: String, client_id: String) -> Self {
        Self {
            environment_url,
            client_id,
            client_secret: None,
            issuers: None,
            audiences: None,
            leeway: Rules::LEEWAY,
            transport: None,
            runtime: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// The client secret, as text or as a [`ClientSecret`]. A public client has none and must use PKCE.
    pub fn client_secret(self, secret: impl Into<ClientSecret>) -> Self {
        Self { client_secret: Some(secret.into()), ..self }
    }

    /// Accepted issuers (`iss`), compared to the letter. Default: the environment URL. With a custom domain, list both.
    pub fn issuers(self, issuers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { issuers: Some(issuers.into_iter().map(Into::into).collect()), ..self }
    }

    /// Accepted audiences (`aud`) of access tokens; a token needs one of them. Default: the client id.
    pub fn audiences(self, audiences: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { audiences: Some(audiences.into_iter().map(Into::into).collect()), ..self }
    }

    /// How far the clocks of this machine and of Scalekit may differ. Default 60 s, at most 300 s.
    pub fn leeway(self, leeway: Duration) -> Self {
        Self { leeway, ..self }
    }

    /// How Scalekit is reached. Default: `ReqwestTransport`, with the feature `reqwest`.
    pub fn transport(self, transport: impl Transport) -> Self {
        Self { transport: Some(Arc::new(transport)), ..self }
    }

    /// What background work runs on. Default: the tokio runtime in which `build()` is called, with the feature `tokio`.
    pub fn runtime(self, runtime: impl Runtime) -> Self {
        Self { runtime: Some(Arc::new(runtime)), ..self }
    }

    /// The clock. Default: [`SystemClock`].
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Checks the settings and makes the client. Sends no request.
    ///
    /// # Errors
    /// When a setting cannot be used. The error is the first one found, and says what to write instead.
    pub fn build(self) -> Result<ScalekitClient, ClientConfigError> {
        let endpoints = Endpoints::parse(&self.environment_url)?;
        if self.client_secret.as_ref().is_some_and(|secret| secret.secret().trim().is_empty()) {
            return Err(ClientConfigError::ClientSecret);
        }
        let issuers = self.issuers.unwrap_or_else(|| vec![endpoints.environment_url().to_owned()]);
        let audiences = self.audiences.unwrap_or_else(|| vec![self.client_id.clone()]);
        let rules = Rules::new(issuers, audiences, self.client_id.clone(), self.leeway)?;
        let transport = self.transport.map_or_else(default_transport, Ok)?;
        let runtime = self.runtime.map_or_else(default_runtime, Ok)?;
        let keys = Keys::new(
            endpoints.keys.clone(),
            Arc::clone(&transport),
            runtime,
            Arc::clone(&self.clock),
            Arc::default(),
        );
        Ok(ScalekitClient {
            endpoints: Arc::new(endpoints),
            oauth: Arc::new(OauthClient { id: self.client_id, secret: self.client_secret }),
            rules: Arc::new(rules),
            transport,
            keys,
        })
    }
}

impl std::fmt::Debug for ScalekitClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL is not checked yet and may hold a password.
        f.debug_struct("ScalekitClientBuilder").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// Why no client can be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientConfigError {
    /// The environment URL cannot be used.
    #[error(transparent)]
    EnvironmentUrl(#[from] EnvironmentUrlError),
    /// The client id is blank.
    #[error("the client id is blank; the dashboard shows it as skc_…")]
    ClientId,
    /// The client secret is blank.
    #[error("the client secret is blank; leave it out for a public client")]
    ClientSecret,
    /// The list of issuers is empty or has a blank entry.
    #[error(
        "the list of accepted issuers is empty or has a blank entry; leave it out to accept the environment URL"
    )]
    Issuers,
    /// The list of audiences is empty or has a blank entry.
    #[error(
        "the list of accepted audiences is empty or has a blank entry; leave it out to accept the client id"
    )]
    Audiences,
    /// The leeway is too long.
    #[error("the leeway is longer than 300 seconds; set the clocks instead")]
    Leeway,
    /// There is nothing to reach Scalekit with.
    #[error("no transport; switch the feature `reqwest` on, or give the builder a `Transport`")]
    NoTransport,
    /// The HTTP client could not be made.
    #[cfg(feature = "reqwest")]
    #[error("the HTTP client could not be made")]
    Transport(#[source] BuildTransportError),
    /// There is nothing to run background work on.
    #[error("no runtime; call `build()` inside a tokio runtime, or give the builder a `Runtime`")]
    Runtime,
}

impl From<RulesError> for ClientConfigError {
    fn from(error: RulesError) -> Self {
        match error {
            RulesError::BlankIssuer => Self::Issuers,
            RulesError::BlankAudience => Self::Audiences,
            RulesError::BlankClientId => Self::ClientId,
            RulesError::Leeway => Self::Leeway,
        }
    }
}

#[cfg(feature = "reqwest")]
fn default_transport() -> Result<Arc<dyn Transport>, ClientConfigError> {
    match crate::upstream::transport::ReqwestTransport::new() {
        Ok(transport) => Ok(Arc::new(transport)),
        Err(error) => Err(ClientConfigError::Transport(error)),
    }
}

#[cfg(not(feature = "reqwest"))]
fn default_transport() -> Result<Arc<dyn Transport>, ClientConfigError> {
    Err(ClientConfigError::NoTransport)
}

#[cfg(feature = "tokio")]
fn default_runtime() -> Result<Arc<dyn Runtime>, ClientConfigError> {
    match crate::upstream::runtime::TokioRuntime::current() {
        Ok(runtime) => Ok(Arc::new(runtime)),
        Err(_) => Err(ClientConfigError::Runtime),
    }
}

#[cfg(not(feature = "tokio"))]
fn default_runtime() -> Result<Arc<dyn Runtime>, ClientConfigError> {
    Err(ClientConfigError::Runtime)
}
