//! Tests of verifiers, nonces and token requests, and of which secrets are shown.

use super::*;

#[test]
fn rfc_7636_the_challenge_of_the_appendix() {
    assert_eq!(CodeVerifier::new(VERIFIER).challenge(), CHALLENGE);
}

#[test]
fn asvs_7_2_3_verifiers_and_nonces_have_256_random_bits() {
    let verifiers: std::collections::HashSet<_> =
        (0..100).map(|_| CodeVerifier::generate().unwrap().secret().to_owned()).collect();
    assert_eq!(verifiers.len(), 100);
    assert!(verifiers.iter().all(|verifier| verifier.len() == 43));
    assert_ne!(Nonce::generate().unwrap(), Nonce::generate().unwrap());
}

#[test]
fn token_requests_hold_exactly_what_the_node_sdk_sends() {
    let (endpoints, client) = (endpoints(), client());
    let code = AuthorizationCode::new("c/1");
    let verifier = CodeVerifier::new(VERIFIER);
    let body = |request: crate::upstream::transport::HttpRequest| {
        assert_eq!(request.url, "https://acme.scalekit.dev/oauth/token");
        request.form.unwrap().to_string()
    };
    let redirect_uri = "https://app.example.com/cb";
    assert_eq!(
        body(code_request(&endpoints, &client, &code, redirect_uri, Some(&verifier))),
        format!(
            "code=c%2F1&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&grant_type=authorization_code\
             &client_id=skc_1234567890&client_secret=s%26cret%2F%2B&code_verifier={VERIFIER}"
        )
    );
    let public = OauthClient { secret: None, ..client.clone() };
    assert_eq!(
        body(code_request(&endpoints, &public, &code, redirect_uri, None)),
        "code=c%2F1&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&grant_type=authorization_code\
         &client_id=skc_1234567890"
    );
    assert_eq!(
        body(refresh_request(&endpoints, &client, &RefreshToken::new("rt 1"))),
        "grant_type=refresh_token&client_id=skc_1234567890&client_secret=s%26cret%2F%2B\
         &refresh_token=rt%201"
    );
    assert_eq!(
        body(client_credentials_request(&endpoints, &client, &["a:b", "c"], Some("https://api"))),
        "grant_type=client_credentials&client_id=skc_1234567890&client_secret=s%26cret%2F%2B\
         &scope=a%3Ab%20c&audience=https%3A%2F%2Fapi"
    );
}

#[test]
fn r46_no_debug_output_shows_a_secret() {
    let request = code_request(
        &endpoints(),
        &client(),
        &AuthorizationCode::new("c0de-value"),
        "https://app/cb",
        Some(&CodeVerifier::new(VERIFIER)),
    );
    let grant = read_token_response(Ok(HttpResponse::new(
        200,
        r#"{"access_token":"at-value","refresh_token":"rt-value","id_token":"it-value"}"#,
    )))
    .unwrap();
    let login = AuthorizationRequest::new("https://app/cb").nonce(&Nonce::new("n0nce-value"));
    let shown = format!("{request:?} {:?} {grant:?} {login:?}", client());
    for secret in
        ["c0de-value", VERIFIER, "s&cret", "s%26cret", "at-value", "rt-value", "it-value", "n0nce-value"]
    {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
