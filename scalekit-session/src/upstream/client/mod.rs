//! [`ScalekitClient`]: calls Scalekit's authentication endpoints, without sessions.

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

/// Calls Scalekit's authentication endpoints for one application in one environment. Cheap to clone; clones share
/// keys and connections.
///
/// Applications that use an adapter do not need this type. Use it for flows of your own: the backend of a native app, a
/// test, a job.
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
    /// A builder with the two required settings. Scalekit's dashboard shows the environment URL and the client id under
    /// *API credentials*.
    pub fn builder(
        environment_url: impl Into<String>,
        client_id: impl Into<String>,
    ) -> ScalekitClientBuilder {
        ScalekitClientBuilder::new(environment_url.into(), client_id.into())
    }

    /// The URL to which to send the browser for a login.
    #[doc(alias = "get_authorization_url")]
    #[must_use]
    pub fn authorization_url(&self, request: &AuthorizationRequest) -> String {
        request.url(&self.endpoints, &self.oauth.id)
    }

    /// Redeems the code of a callback, and verifies the ID token and the access token that Scalekit sends for it.
    /// Before you call this, compare the callback's `state` with that of the authorization request.
    ///
    /// # Errors
    /// [`Rejected`](ClientErrorKind::Rejected) when the code is used up or expired; see [`ClientErrorKind`] for the
    /// other errors. A code can be used once, so begin a new login after an error.
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

    /// Verifies a user's access token and returns its claims, for an API that accepts bearer tokens.
    ///
    /// # Errors
    /// [`InvalidToken`](ClientErrorKind::InvalidToken) and [`Expired`](ClientErrorKind::Expired) mean 401,
    /// [`Unavailable`](ClientErrorKind::Unavailable) means 503: the keys could not be fetched.
    #[doc(alias = "validate_token")]
    pub async fn validate_access_token(&self, token: &AccessToken) -> Result<Claims, ClientError> {
        self.validate(token, Kind::Access).await
    }

    /// Verifies a machine client's access token and returns its claims. The audience is compared only when the token
    /// has one.
    ///
    /// # Errors
    /// As [`validate_access_token`](Self::validate_access_token).
    pub async fn validate_machine_token(&self, token: &AccessToken) -> Result<Claims, ClientError> {
        self.validate(token, Kind::Machine).await
    }

    /// Sends a refresh token to get new tokens. The refresh token is used up afterwards. When the call fails after
    /// the request was sent, the new tokens may be lost. So make only one call at a time for each refresh token.
    ///
    /// # Errors
    /// [`Rejected`](ClientErrorKind::Rejected) when the session is over. Every other error says nothing about the
    /// session. When the new access token cannot be verified, that is no error, because without the new tokens the
    /// session would be lost: [`Refreshed::claims`] says so.
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

    /// An access token for this application itself, to call an API as a machine client (RFC 6749 §4.4). Use the token
    /// again until it expires.
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

    /// The URL to which to send the browser for a logout at Scalekit. Without an ID token the URL names this client.
    #[doc(alias = "get_logout_url")]
    #[must_use]
    pub fn logout_url(&self, request: &LogoutRequest) -> String {
        if request.has_client_id() {
            return end_session_url(&self.endpoints, request);
        }
        end_session_url(&self.endpoints, &request.clone().client_id(&self.oauth.id))
    }

    /// Verifies the parameter `idp_initiated_login` of a request to the initiate-login URL. Begin an ordinary login
    /// with the result.
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

    /// Judges a token. When its key is unknown, fetches the keys and judges once more.
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

/// The code of a callback, and what is needed to redeem it.
#[derive(Clone, Debug)]
#[must_use = "a code does nothing until it is redeemed"]
pub struct CodeExchange {
    code: AuthorizationCode,
    redirect_uri: String,
    verifier: Option<CodeVerifier>,
    nonce: Option<Nonce>,
}

impl CodeExchange {
    /// A code, and the redirect URI of its authorization request.
    pub fn new(code: AuthorizationCode, redirect_uri: impl Into<String>) -> Self {
        Self { code, redirect_uri: redirect_uri.into(), verifier: None, nonce: None }
    }

    /// The verifier of the challenge that the authorization request carried.
    pub fn code_verifier(self, verifier: CodeVerifier) -> Self {
        Self { verifier: Some(verifier), ..self }
    }

    /// The nonce that the authorization request carried. The ID token must carry the same nonce.
    pub fn nonce(self, nonce: Nonce) -> Self {
        Self { nonce: Some(nonce), ..self }
    }
}

/// The verified user and tokens of a redeemed code.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Authentication {
    /// The user's profile, for display.
    pub profile: Profile,
    /// The claims of the access token: what the user may do.
    pub claims: Claims,
    /// The access token.
    pub access_token: AccessToken,
    /// The refresh token, if the scope `offline_access` was granted.
    pub refresh_token: Option<RefreshToken>,
    /// The ID token. Keep it as the hint of a later logout.
    pub id_token: IdToken,
    /// The life of the access token, as Scalekit rounds it. [`Claims::expires_at`] is exact.
    pub expires_in: Option<Duration>,
}

/// The tokens of a refresh.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refreshed {
    /// The claims of the new access token, or why it could not be verified. Store the tokens in both cases.
    pub claims: Result<Claims, ClientError>,
    /// The new access token.
    pub access_token: AccessToken,
    /// The new refresh token. `None` when the old refresh token stays good.
    pub refresh_token: Option<RefreshToken>,
    /// The new ID token, not verified. `None` when the old ID token stays good as a logout hint.
    pub id_token: Option<IdToken>,
    /// The life of the access token, as Scalekit rounds it.
    pub expires_in: Option<Duration>,
}

/// An access token for this application itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientToken {
    /// The access token.
    pub access_token: AccessToken,
    /// The life of the access token, as Scalekit rounds it.
    pub expires_in: Option<Duration>,
    /// The granted scopes, if Scalekit states them.
    pub scope: Option<String>,
}
