//! [`TestEnvironment`]: everything that a test needs to sign users in without a network.

use std::sync::Arc;
use std::time::Duration;

use super::clock::ManualClock;
use super::signing::SigningKey;
use super::user::TestUser;
use crate::adapter::manager::SessionManager;
use crate::clock::{Clock, Timestamp};
use crate::scalekit::Scalekit;
use crate::scalekit::config::ScalekitBuilder;
use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::session::grant::Grant;
use crate::token::jwt;
use crate::upstream::runtime::{Runtime, Task};
use crate::upstream::transport::{HttpRequest, HttpResponse, Transport, TransportError};

/// Signing key, clock and addresses from which a test builds its [`Scalekit`].
///
/// The environment publishes its signing keys. Every other request to Scalekit fails with 503, so a session that has
/// to be refreshed is unavailable.
#[derive(Clone, Debug)]
pub struct TestEnvironment {
    key: Arc<SigningKey>,
    clock: ManualClock,
}

impl TestEnvironment {
    /// The environment URL of the test's tokens.
    pub const URL: &str = "https://test.scalekit.invalid";
    /// The client id of the test's application.
    pub const CLIENT_ID: &str = "skc_test";
    /// The key id of the test's tokens.
    pub const KEY_ID: &str = "snk_test";

    /// An environment whose clock stands at 1 760 000 000 s.
    #[must_use]
    pub fn new() -> Self {
        Self {
            key: Arc::new(SigningKey::development()),
            clock: ManualClock::at(Timestamp::from_secs(1_760_000_000)),
        }
    }

    /// An environment that signs with another key than [`new`](Self::new) publishes: it plays an attacker who forges
    /// tokens.
    #[must_use]
    pub fn with_other_key() -> Self {
        Self { key: Arc::new(SigningKey::successor()), ..Self::new() }
    }

    /// The clock of the environment. Everything that [`builder`](Self::builder) builds reads it.
    #[must_use]
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// A builder with all required settings. The application is at `https://app.test`.
    pub fn builder(&self) -> ScalekitBuilder {
        let builder = Scalekit::builder()
            .environment_url(Self::URL)
            .client_id(Self::CLIENT_ID)
            .client_secret("test_secret")
            .redirect_uri("https://app.test/auth/callback")
            .post_logout_redirect_uri("https://app.test/")
            .cookie_secret("dGVzdCBzZWNyZXQgdGVzdCBzZWNyZXQgMDEyMzQ1Njc")
            .clock(self.clock.clone())
            .transport(self.transport());
        #[cfg(feature = "tokio")]
        if crate::upstream::runtime::TokioRuntime::current().is_ok() {
            return builder;
        }
        builder.runtime(NothingBehind)
    }

    /// The session manager that [`builder`](Self::builder) builds.
    ///
    /// # Panics
    /// Never: the settings are fixed.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the settings are fixed")]
    pub fn scalekit(&self) -> Scalekit {
        self.builder().build().expect("the settings of tests are right")
    }

    /// The `Cookie` header that a browser would send if that user had just logged in.
    ///
    /// # Panics
    /// When the user's claims make no session, for example because `sid` is missing or they exceed the cookie budget.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test should fail at once when its user cannot be signed in")]
    pub fn sign_in(&self, scalekit: &Scalekit, user: &TestUser) -> String {
        let cookies =
            scalekit.seal(&self.grant(user), self.clock.now()).expect("a test user that can be signed in");
        let set = cookies.iter().filter(|cookie| !cookie.as_str().contains("Max-Age=0"));
        let pairs = set.map(|cookie| cookie.as_str().split(';').next().unwrap_or_default());
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// The tokens that a login of that user would bring.
    ///
    /// # Panics
    /// When the user's claims are not valid claims.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test should fail at once when its user cannot be signed in")]
    pub fn grant(&self, user: &TestUser) -> Grant {
        let now = self.clock.now();
        let access = self.sign(&user.access_claims(Self::URL, Self::CLIENT_ID, now));
        let id = self.sign(&user.id_claims(Self::URL, Self::CLIENT_ID, now));
        let claims = jwt::unverified_claims(&access).expect("claims of a session");
        let profile = jwt::unverified_profile(&id).expect("claims of a user");
        Grant::new(AccessToken::new(access), claims)
            .with_id_token(IdToken::new(id), profile)
            .with_refresh_token(user.refresh_token.clone().map(RefreshToken::new))
    }

    /// Signs claims with the environment's key. The result is a JWT.
    #[must_use]
    pub fn sign(&self, claims: &serde_json::Value) -> String {
        let header = serde_json::json!({ "alg": "RS256", "kid": Self::KEY_ID, "typ": "JWT" });
        self.key.sign(&header.to_string(), &claims.to_string())
    }

    /// A transport that answers with the environment's published keys, and with 503 to every other request.
    pub fn transport(&self) -> impl Transport + use<> {
        let keys = self.key.jwks(Self::KEY_ID);
        move |request: HttpRequest| {
            let response = match request.url.ends_with("/keys") {
                true => HttpResponse::new(200, keys.clone()),
                false => HttpResponse::new(503, Vec::new()),
            };
            async move { Ok::<_, TransportError>(response) }
        }
    }
}

impl Default for TestEnvironment {
    fn default() -> Self {
        Self::new()
    }
}

/// A runtime that drops every task: for tests that run without one.
#[derive(Debug)]
struct NothingBehind;

impl Runtime for NothingBehind {
    fn spawn(&self, task: Task) {
        drop(task);
    }

    fn sleep(&self, _span: Duration) -> Task {
        Box::pin(std::future::pending())
    }
}
