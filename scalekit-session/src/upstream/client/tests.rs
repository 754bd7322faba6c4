//! Tests of [`ScalekitClient`] against a token endpoint and keys that each test chooses.

use std::error::Error as _;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::ClientSecret;
use crate::clock::Clock;
use crate::testing::SigningKey;
use crate::upstream::transport::{HttpResponse, TransportError, TransportFailure};

const NOW: u64 = 1_760_000_000;
const SECRETS: [&str; 5] = ["s3cret", "c0de", "rt_0", "rt_1", "v3rifier"];

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(NOW)
    }
}

fn sign(claims: &Value) -> String {
    SigningKey::development().sign(r#"{"alg":"RS256","kid":"snk_1"}"#, &claims.to_string())
}

fn access_token() -> String {
    sign(&json!({
        "iss": "https://acme.scalekit.dev", "aud": ["skc_1"], "sub": "usr_1", "sid": "ses_1", "jti": "tkn_1",
        "client_id": "skc_1", "iat": NOW, "exp": NOW + 300, "roles": ["admin"],
    }))
}

fn id_token(access_token: &str, nonce: &str) -> String {
    let hash = Sha256::digest(access_token.as_bytes());
    sign(&json!({
        "iss": "https://acme.scalekit.dev", "aud": ["skc_1"], "azp": "skc_1", "sub": "usr_1", "sid": "ses_1",
        "iat": NOW, "exp": NOW + 1800, "at_hash": URL_SAFE_NO_PAD.encode(&hash[..16]), "nonce": nonce,
        "email": "john.doe@example.com",
    }))
}

fn grant(access_token: &str, id_token: &str) -> HttpResponse {
    let body = json!({
        "access_token": access_token, "id_token": id_token, "refresh_token": "rt_1",
        "token_type": "Bearer", "expires_in": 299,
    });
    HttpResponse::new(200, body.to_string())
}

/// A client whose token endpoint answers with `token`, and the forms that were sent to that endpoint.
fn client(
    token: Result<HttpResponse, TransportFailure>,
    keys: HttpResponse,
) -> (ScalekitClient, Arc<Mutex<Vec<String>>>) {
    let forms = Arc::new(Mutex::new(Vec::new()));
    let sent = forms.clone();
    let client = ScalekitClient::builder("https://acme.scalekit.dev/", "skc_1")
        .client_secret(ClientSecret::new("s3cret"))
        .clock(Noon)
        .transport(move |request: HttpRequest| {
            let answer = match &request.form {
                Some(form) => {
                    sent.lock().unwrap().push(form.to_string());
                    token.clone().map_err(TransportError::new)
                }
                None => Ok(keys.clone()),
            };
            async { answer }
        })
        .build()
        .unwrap();
    (client, forms)
}

fn published() -> HttpResponse {
    HttpResponse::new(200, SigningKey::development().jwks("snk_1"))
}

fn exchange() -> CodeExchange {
    CodeExchange::new(AuthorizationCode::new("c0de"), "https://app.example.com/cb")
        .code_verifier(CodeVerifier::new("v3rifier"))
        .nonce(Nonce::new("n-1"))
}

#[tokio::test]
async fn a_code_brings_the_user_all_tokens_and_verified_claims() {
    let access = access_token();
    let (client, forms) = client(Ok(grant(&access, &id_token(&access, "n-1"))), published());
    let authentication = client.authenticate_with_code(exchange()).await.unwrap();
    assert_eq!(authentication.profile.email.as_deref(), Some("john.doe@example.com"));
    assert!(authentication.claims.has_role("admin"));
    assert_eq!(authentication.access_token.secret(), access);
    assert_eq!(authentication.refresh_token.as_ref().unwrap().secret(), "rt_1");
    assert_eq!(authentication.expires_in, Some(Duration::from_secs(299)));
    assert_eq!(forms.lock().unwrap().len(), 1, "a code is sent once");

    let shown = format!("{client:?} {authentication:?} {:?}", exchange());
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(!shown.contains(access.rsplit('.').next().unwrap()));
}

#[tokio::test]
async fn asvs_10_5_1_a_login_with_another_nonce_or_access_token_is_refused() {
    let access = access_token();
    let other = sign(&json!({"x": 1}));
    for (id_token, why) in
        [(id_token(&access, "n-2"), InvalidTokenIs::Nonce), (id_token(&other, "n-1"), InvalidTokenIs::Hash)]
    {
        let (client, _) = client(Ok(grant(&access, &id_token)), published());
        let error = client.authenticate_with_code(exchange()).await.unwrap_err();
        assert_eq!(error.kind(), ClientErrorKind::InvalidToken);
        let source = error.source().unwrap().to_string();
        let word = match why {
            InvalidTokenIs::Nonce => "nonce",
            InvalidTokenIs::Hash => "at_hash",
        };
        assert!(source.contains(word), "{source}");
    }
}

enum InvalidTokenIs {
    Nonce,
    Hash,
}

#[tokio::test]
async fn a_grant_without_an_id_token_is_no_login() {
    let body = json!({"access_token": access_token()}).to_string();
    let (client, _) = client(Ok(HttpResponse::new(200, body)), published());
    let error = client.authenticate_with_code(exchange()).await.unwrap_err();
    assert_eq!(error.kind(), ClientErrorKind::NoIdToken);
    assert!(error.to_string().contains("openid"));
}

#[tokio::test]
async fn r46_errors_are_typed_and_repeat_nothing_that_was_sent() {
    let echo = |error: &str| {
        let body = json!({"error": error, "error_description": "s3cret c0de rt_0 v3rifier"});
        Ok(HttpResponse::new(400, body.to_string()))
    };
    let table = [
        (echo("invalid_grant"), ClientErrorKind::Rejected, false),
        (echo("invalid_client"), ClientErrorKind::Misconfigured, false),
        (echo("server_error"), ClientErrorKind::Unavailable, true),
        (Ok(HttpResponse::new(503, "")), ClientErrorKind::Unavailable, true),
        (Err(TransportFailure::Timeout), ClientErrorKind::Unavailable, true),
    ];
    for (answer, kind, transient) in table {
        let (client, _) = client(answer, published());
        let refused = client.refresh_access_token(&RefreshToken::new("rt_0")).await.unwrap_err();
        for error in [client.authenticate_with_code(exchange()).await.unwrap_err(), refused] {
            assert_eq!((error.kind(), error.is_transient()), (kind, transient));
            let shown = format!("{error} {error:?}");
            for secret in SECRETS {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
    }
}

#[tokio::test]
async fn a_refresh_keeps_its_tokens_when_they_cannot_be_verified() {
    let access = access_token();
    let (client, _) = client(Ok(grant(&access, "i")), HttpResponse::new(503, ""));
    let refreshed = client.refresh_access_token(&RefreshToken::new("rt_0")).await.unwrap();
    assert_eq!(refreshed.refresh_token.unwrap().secret(), "rt_1");
    let error = refreshed.claims.unwrap_err();
    assert!(error.is_transient() && error.retry_after().is_some());
}

#[tokio::test]
async fn a_bearer_token_is_judged_and_an_outage_is_no_verdict() {
    let (client, _) = client(Err(TransportFailure::Connect), published());
    let judge = |token: String| {
        let client = client.clone();
        async move { client.validate_access_token(&AccessToken::new(token)).await }
    };
    assert_eq!(judge(access_token()).await.unwrap().subject(), "usr_1");
    assert_eq!(judge("junk".into()).await.unwrap_err().kind(), ClientErrorKind::InvalidToken);
    let foreign = SigningKey::development().sign(r#"{"alg":"RS256","kid":"snk_9"}"#, "{}");
    assert_eq!(judge(foreign.clone()).await.unwrap_err().kind(), ClientErrorKind::UnknownKey);
    // the cool-down suppresses the second fetch, which says nothing about the key (R45)
    assert_eq!(judge(foreign).await.unwrap_err().kind(), ClientErrorKind::Unavailable);

    let machine = AccessToken::new(access_token());
    let error = client.validate_machine_token(&machine).await.unwrap_err();
    assert_eq!(error.kind(), ClientErrorKind::InvalidToken);
}

#[tokio::test]
async fn a_logout_without_an_id_token_names_the_client() {
    let (client, _) = client(Err(TransportFailure::Connect), published());
    let bye = LogoutRequest::new().post_logout_redirect_uri("https://app/bye");
    assert_eq!(
        client.logout_url(&bye),
        "https://acme.scalekit.dev/oidc/logout?post_logout_redirect_uri=https%3A%2F%2Fapp%2Fbye&client_id=skc_1"
    );
    let hinted = client.logout_url(&bye.id_token_hint(&IdToken::new("e.y.J")));
    assert!(hinted.contains("id_token_hint=e.y.J") && !hinted.contains("client_id"), "{hinted}");
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_refused_at_build() {
    let build = |change: fn(ScalekitClientBuilder) -> ScalekitClientBuilder| {
        let builder = ScalekitClient::builder("https://acme.scalekit.dev", "skc_1")
            .transport(|_| async { Ok(HttpResponse::new(503, "")) });
        change(builder).build().map(drop)
    };
    build(|builder| builder).unwrap();
    let refused = |change| build(change).unwrap_err();
    assert!(matches!(refused(|b| b.issuers([""; 0])), ClientConfigError::Issuers));
    assert!(matches!(refused(|b| b.audiences([" "])), ClientConfigError::Audiences));
    assert!(matches!(refused(|b| b.leeway(Duration::from_secs(301))), ClientConfigError::Leeway));
    let blank = |b: ScalekitClientBuilder| b.client_secret(ClientSecret::new(" "));
    assert!(matches!(refused(blank), ClientConfigError::ClientSecret));
    let url = ScalekitClient::builder("http://acme.scalekit.dev", "skc_1").build();
    assert!(matches!(url, Err(ClientConfigError::EnvironmentUrl(_))));
}

#[test]
fn without_a_runtime_the_error_says_what_to_do() {
    let error = ScalekitClient::builder("https://acme.scalekit.dev", "skc_1")
        .transport(|_| async { Ok(HttpResponse::new(503, "")) })
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("runtime"), "{error}");
}
