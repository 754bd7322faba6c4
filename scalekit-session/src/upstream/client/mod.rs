//! Scalekit's authentication endpoints without sessions: [`ScalekitClient`].

mod build;
mod error;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::build::{ClientConfigError, ScalekitClientBuilder};
pub use self::error::{ClientError, ClientErrorKind};
use crate::clock::Timestamp;
use crate::secret::{AccessToken, AuthorizationCode, CodeVerifier, IdToken, Nonce, RefreshToken};
use crate::token::claims::Claims;
use crate::token::jwt::{
    Expected, IdpInitiatedLogin, KeySet, Kind, Rules, Verdict, verify, verify_id_token, verify_idp_initiated,
    verify_session_token,
};
use crate::token::profile::Profile;
use crate::upstream::keys::{Budget, Fetched, Keys};
use crate::upstream::oauth::{
    AuthorizationRequest, Endpoints, LogoutRequest, OauthClient, TokenResponse, client_credentials_request,
    code_request, end_session_url, read_token_response, refresh_request,
};
use crate::upstream::transport::{HttpRequest, Transport};

/// Talks to Scalekit for one application in one environment. Cheap to clone; clones share keys and connections.
///
/// The middleware needs none of this. Take it for flows of your own: a native app's backend, a test, a job.
///
/// ```
/// use scalekit_session::transport::HttpResponse;
/// use scalekit_session::ClientSecret;
/// use scalekit_session::client::{AuthorizationRequest, ScalekitClient};
///
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scalekit = ScalekitClient::builder("https://acme.scalekit.dev/", "skc_1")
///     .client_secret(ClientSecret::new("test_secret"))
///     .transport(|_request| async { Ok(HttpResponse::new(503, Vec::new())) })
///     .build()?;
///
/// let login = AuthorizationRequest::new("https://app.example.com/auth/callback").state("st-1");
/// assert_eq!(
///     scalekit.authorization_url(&login),
///     "https://acme.scalekit.dev/oauth/authorize?response_type=code&client_id=skc_1\
///      &redirect_uri=https%3A%2F%2Fapp.example.com%2Fauth%2Fcallback\
///      &scope=openid%20profile%20email&state=st-1",
/// );
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct ScalekitClient {
    endpoints: Arc<Endpoints>,
    oauth: Arc<OauthClient>,
    rules: Arc<Rules>,
    transport: Arc<dyn Transport>,
    keys: Keys,
}

impl ScalekitClient {
    /// Starts with the two things that everybody must decide. `environment_url` is the URL of the dashboard's
    /// *API credentials*; the client id stands beside it.
    pub fn builder(
        environment_url: impl Into<String>,
        client_id: impl Into<String>,
    ) -> ScalekitClientBuilder {
        ScalekitClientBuilder::new(environment_url.into(), client_id.into())
    }

    /// The URL that a login begins at.
    #[doc(alias = "get_authorization_url")]
    #[must_use]
    pub fn authorization_url(&self, request: &AuthorizationRequest) -> String {
        request.url(&self.endpoints, &self.oauth.id)
    }

    /// Redeems the code of a callback, and verifies the ID token and the access token that it brings. Compare the
    /// callback's `state` before.
    ///
    /// # Errors
    /// [`Rejected`](ClientErrorKind::Rejected) when the code is used up or expired; see [`ClientErrorKind`] for the
    /// others. A code is single-use: begin a new login rather than trying again.
    pub async fn authenticate_with_code(
        &self,
        exchange: CodeExchange,
    ) -> Result<Authentication, ClientError> {
        let CodeExchange { code, redirect_uri, verifier, nonce } = exchange;
        let request = code_request(&self.endpoints, &self.oauth, &code, &redirect_uri, verifier.as_ref());
        let TokenResponse { access_token, refresh_token, id_token, expires_in, .. } =
            self.request_token(request).await?;
        let id_token = id_token.ok_or_else(ClientError::no_id_token)?;
        let claims = self
            .verified(Budget::Sealed, |keys, now| {
                verify_session_token(access_token.secret(), keys, &self.rules, now)
            })
            .await?;
        let expected = Expected {
            nonce: nonce.as_ref(),
            access_token: Some(&access_token),
            subject: Some(claims.subject()),
        };
        let profile = self
            .verified(Budget::Sealed, |keys, now| {
                verify_id_token(id_token.secret(), keys, &self.rules, now, expected)
            })
            .await?;
        Ok(Authentication { profile, claims, access_token, refresh_token, id_token, expires_in })
    }

    /// The claims of a user's access token, for an API that takes bearer tokens.
    ///
    /// # Errors
    /// [`InvalidToken`](ClientErrorKind::InvalidToken) and [`Expired`](ClientErrorKind::Expired) mean 401,
    /// [`Unavailable`](ClientErrorKind::Unavailable) means 503: the keys could not be fetched.
    #[doc(alias = "validate_token")]
    pub async fn validate_access_token(&self, token: &AccessToken) -> Result<Claims, ClientError> {
        self.validate(token, Kind::Access).await
    }

    /// The claims of a machine client's access token. Its audience is compared only when it has one.
    ///
    /// # Errors
    /// As [`validate_access_token`](Self::validate_access_token).
    pub async fn validate_machine_token(&self, token: &AccessToken) -> Result<Claims, ClientError> {
        self.validate(token, Kind::Machine).await
    }

    /// Trades a refresh token for new tokens. It is used up afterwards, and so is the result of a call that fails
    /// after it was sent: make one call at a time per token.
    ///
    /// # Errors
    /// [`Rejected`](ClientErrorKind::Rejected) when the session is over. Anything else says nothing about the
    /// session. A successor that cannot be verified is no error here, because losing it would end the session:
    /// [`Refreshed::claims`] says so.
    pub async fn refresh_access_token(&self, refresh_token: &RefreshToken) -> Result<Refreshed, ClientError> {
        let request = refresh_request(&self.endpoints, &self.oauth, refresh_token);
        let TokenResponse { access_token, refresh_token, id_token, expires_in, .. } =
            self.request_token(request).await?;
        let claims = self
            .verified(Budget::Sealed, |keys, now| {
                verify_session_token(access_token.secret(), keys, &self.rules, now)
            })
            .await;
        Ok(Refreshed { claims, access_token, refresh_token, id_token, expires_in })
    }

    /// A token of our own, to call an API as a machine (RFC 6749 §4.4). Keep it for as long as it lives.
    ///
    /// # Errors
    /// See [`ClientErrorKind`].
    #[doc(alias = "generate_client_token")]
    pub async fn client_token(
        &self,
        scopes: &[&str],
        audience: Option<&str>,
    ) -> Result<ClientToken, ClientError> {
        let request = client_credentials_request(&self.endpoints, &self.oauth, scopes, audience);
        let TokenResponse { access_token, expires_in, scope, .. } = self.request_token(request).await?;
        Ok(ClientToken { access_token, expires_in, scope })
    }

    /// The URL that a logout goes on at. Names this client when there is no ID token to do so.
    #[doc(alias = "get_logout_url")]
    #[must_use]
    pub fn logout_url(&self, request: &LogoutRequest) -> String {
        if request.has_client_id() {
            return end_session_url(&self.endpoints, request);
        }
        end_session_url(&self.endpoints, &request.clone().client_id(&self.oauth.id))
    }

    /// What the `idp_initiated_login` parameter of an initiate-login URL asks for. Begin an ordinary login with it.
    ///
    /// # Errors
    /// As [`validate_access_token`](Self::validate_access_token).
    #[doc(alias = "get_idp_initiated_login_claims")]
    pub async fn idp_initiated_login(&self, token: &str) -> Result<IdpInitiatedLogin, ClientError> {
        let verdict = |keys: &KeySet, now| verify_idp_initiated(token, keys, &self.rules, now);
        self.verified(Budget::Presented, verdict).await
    }

    async fn validate(&self, token: &AccessToken, kind: Kind) -> Result<Claims, ClientError> {
        let verdict = |keys: &KeySet, now| verify(token.secret(), kind, keys, &self.rules, now);
        self.verified(Budget::Presented, verdict).await
    }

    async fn request_token(&self, request: HttpRequest) -> Result<TokenResponse, ClientError> {
        Ok(read_token_response(self.transport.send(request).await)?)
    }

    /// Judges once, and once more after a fetch when the key was unknown.
    async fn verified<T>(
        &self,
        budget: Budget,
        judge: impl Fn(&KeySet, Timestamp) -> Verdict<T>,
    ) -> Result<T, ClientError> {
        let verdict = self.keys.judge(budget, judge).await.map_err(|unavailable| match unavailable {
            Fetched::Suppressed { retry_after } | Fetched::Failed { retry_after } => {
                ClientError::no_keys(retry_after)
            }
            Fetched::Updated => ClientError::no_keys(Duration::ZERO),
        })?;
        match verdict {
            Verdict::Valid { claims, .. } => Ok(claims),
            Verdict::Expired => Err(ClientError::of(ClientErrorKind::Expired)),
            Verdict::NotYet => Err(ClientError::of(ClientErrorKind::NotYetValid)),
            Verdict::UnknownKey { .. } => Err(ClientError::of(ClientErrorKind::UnknownKey)),
            Verdict::Invalid(why) => Err(ClientError::invalid(why)),
        }
    }
}

impl fmt::Debug for ScalekitClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScalekitClient")
            .field("environment_url", &self.endpoints.environment_url())
            .field("client_id", &self.oauth.id)
            .finish_non_exhaustive()
    }
}

/// The code of a callback, with what it must be redeemed with.
#[derive(Clone, Debug)]
#[must_use = "a code does nothing until it is redeemed"]
pub struct CodeExchange {
    code: AuthorizationCode,
    redirect_uri: String,
    verifier: Option<CodeVerifier>,
    nonce: Option<Nonce>,
}

impl CodeExchange {
    /// A code, and the redirect URI of the authorization request that it answers.
    pub fn new(code: AuthorizationCode, redirect_uri: impl Into<String>) -> Self {
        Self { code, redirect_uri: redirect_uri.into(), verifier: None, nonce: None }
    }

    /// The verifier whose challenge the authorization request carried.
    pub fn code_verifier(self, verifier: CodeVerifier) -> Self {
        Self { verifier: Some(verifier), ..self }
    }

    /// The nonce that the authorization request carried: the ID token must carry it too.
    pub fn nonce(self, nonce: Nonce) -> Self {
        Self { nonce: Some(nonce), ..self }
    }
}

/// What a redeemed code brings.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Authentication {
    /// Who the user is, for display.
    pub profile: Profile,
    /// What the user may do.
    pub claims: Claims,
    /// The access token.
    pub access_token: AccessToken,
    /// Only when `offline_access` was asked for.
    pub refresh_token: Option<RefreshToken>,
    /// The ID token: the hint of a later logout.
    pub id_token: IdToken,
    /// The access token's life, as Scalekit rounds it; [`Claims::expires_at`] is exact.
    pub expires_in: Option<Duration>,
}

/// What a refresh brings.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refreshed {
    /// The new claims, or why the new access token could not be verified. Store the tokens either way.
    pub claims: Result<Claims, ClientError>,
    /// The new access token.
    pub access_token: AccessToken,
    /// The new refresh token; when absent, the old one stays good.
    pub refresh_token: Option<RefreshToken>,
    /// The new ID token, unverified; when absent, the old one stays good as a logout hint.
    pub id_token: Option<IdToken>,
    /// The access token's life, as Scalekit rounds it.
    pub expires_in: Option<Duration>,
}

/// A token of our own.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientToken {
    /// The access token.
    pub access_token: AccessToken,
    /// Its life.
    pub expires_in: Option<Duration>,
    /// The granted scopes, when Scalekit says so.
    pub scope: Option<String>,
}
