//! Who may use the token endpoint, and how it refuses.

use std::time::Duration;

use scalekit_emulator::Client;
use serde_json::json;
use support::{CALLBACK, CHALLENGE, START, VERIFIER, claims, error, ok, query, stage, stage_with, text};

#[cfg(test)]
mod support;

const CLIENT_CREDENTIALS: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn client_credentials_buy_a_token_for_the_client() {
    let stage = stage().await;
    let body = ok(stage.token(&[CLIENT_CREDENTIALS, ("scope", "a b")]).await).await;
    assert_eq!(body["expires_in"], 86_399);
    assert_eq!(body["scope"], "a b");
    assert!(body.get("refresh_token").is_none());
    let claims = claims(text(&body, "access_token"));
    assert_eq!(claims["sub"], stage.emulator.client_id());
    assert_eq!(claims["scopes"], json!(["a", "b"]));
    assert_eq!(claims["exp"], START + 86_400);
    assert!(claims.get("sid").is_none());
}

#[tokio::test]
async fn the_secret_may_come_as_basic_and_percent_encoded() {
    let client = Client::confidential("skc:2", "s/e=c r+et").secret("second");
    let stage = stage_with(|builder| builder.client(client)).await;
    let ask = async |id: &str, secret: &str| {
        let request = stage.http.post(stage.at("/oauth/token"));
        let request = request.basic_auth(id, Some(secret));
        request.form(&[CLIENT_CREDENTIALS]).send().await.unwrap()
    };
    ok(ask("skc%3A2", "s%2Fe%3Dc+r%2Bet").await).await;
    ok(ask("skc%3A2", "second").await).await;
    let refused = ask("skc%3A2", "wrong").await;
    assert!(refused.headers().contains_key("www-authenticate"));
    assert_eq!(error(refused, 401).await, "invalid_client");
}

#[tokio::test]
async fn a_bearer_token_at_the_token_endpoint_is_ignored() {
    let stage = stage().await;
    let form = [
        ("client_id", stage.emulator.client_id()),
        ("client_secret", stage.emulator.client_secret()),
        CLIENT_CREDENTIALS,
    ];
    let request = stage.http.post(stage.at("/oauth/token")).form(&form);
    ok(request.bearer_auth("stale").send().await.unwrap()).await;
}

#[tokio::test]
async fn bad_clients_are_refused() {
    let stage = stage().await;
    let id = stage.emulator.client_id();
    for form in [
        vec![("client_id", id), ("client_secret", "wrong")],
        vec![("client_id", id)],
        vec![("client_id", "skc_unknown"), ("client_secret", "x")],
        vec![],
    ] {
        let form = [form.as_slice(), &[CLIENT_CREDENTIALS]].concat();
        let answer = stage.post("/oauth/token", &form).await.unwrap();
        assert_eq!(error(answer, 401).await, "invalid_client", "{form:?}");
    }
}

#[tokio::test]
async fn two_ways_of_authentication_at_once_are_refused() {
    let stage = stage().await;
    let (id, secret) = (stage.emulator.client_id(), stage.emulator.client_secret());
    for second in [("client_secret", secret), ("client_id", "skc_other")] {
        let request = stage.http.post(stage.at("/oauth/token"));
        let request = request.basic_auth(id, Some(secret));
        let answer = request.form(&[CLIENT_CREDENTIALS, second]).send().await;
        assert_eq!(error(answer.unwrap(), 400).await, "invalid_request");
    }
}

#[tokio::test]
async fn malformed_token_requests_are_refused() {
    let stage = stage().await;
    let refusal = async |form: &[(&str, &str)]| error(stage.token(form).await, 400).await;
    assert_eq!(refusal(&[]).await, "invalid_request");
    let password = ("grant_type", "password");
    assert_eq!(refusal(&[password]).await, "unsupported_grant_type");
    let code = ("grant_type", "authorization_code");
    assert_eq!(refusal(&[code]).await, "invalid_request");
    let refresh = ("grant_type", "refresh_token");
    assert_eq!(refusal(&[refresh]).await, "invalid_request");
    let unknown = ("refresh_token", "unknown");
    assert_eq!(refusal(&[refresh, unknown]).await, "invalid_grant");
    let twice = [refresh, unknown, unknown];
    assert_eq!(refusal(&twice).await, "invalid_request");

    let request = stage.http.post(stage.at("/oauth/token"));
    let json = request.json(&json!({ "grant_type": "client_credentials" }));
    assert_eq!(error(json.send().await.unwrap(), 400).await, "invalid_request");
}

#[tokio::test]
async fn a_public_client_needs_pkce_and_no_secret() {
    let lifetime = Duration::from_secs(60);
    let client = Client::public("native_1").redirect_uri("app://callback").access_token_lifetime(lifetime);
    let stage = stage_with(|builder| builder.client(client)).await;
    let request = [("client_id", "native_1"), ("redirect_uri", "app://callback")];
    let url = stage.authorize_url(&request);
    let refused = stage.emulator.authenticate(&url, "ada@acme.example");
    assert_eq!(query(&refused.unwrap())["error"], "invalid_request");

    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let url = stage.authorize_url(&[request, pkce].concat());
    let callback = stage.emulator.authenticate(&url, "ada@acme.example");
    let callback = callback.unwrap();
    assert!(callback.starts_with("app://callback?code="));
    let code = &query(&callback)["code"];
    let form = [
        ("client_id", "native_1"),
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "app://callback"),
        ("code_verifier", VERIFIER),
    ];
    let body = ok(stage.post("/oauth/token", &form).await.unwrap()).await;
    assert_eq!(body["expires_in"], 59);
    let form = [
        ("client_id", "native_1"),
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&body, "refresh_token")),
    ];
    ok(stage.post("/oauth/token", &form).await.unwrap()).await;

    let form = [("client_id", "native_1"), CLIENT_CREDENTIALS];
    let answer = stage.post("/oauth/token", &form).await.unwrap();
    assert_eq!(error(answer, 400).await, "unauthorized_client");
}

#[tokio::test]
async fn a_refresh_token_belongs_to_its_client() {
    let other = Client::confidential("skc_2", "s2").redirect_uri(CALLBACK);
    let stage = stage_with(|builder| builder.client(other)).await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let form = [
        ("client_id", "skc_2"),
        ("client_secret", "s2"),
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
    ];
    let answer = stage.post("/oauth/token", &form).await.unwrap();
    assert_eq!(error(answer, 400).await, "invalid_grant");
}
