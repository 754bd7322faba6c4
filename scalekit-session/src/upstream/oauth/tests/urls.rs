//! Tests of authorization and logout URLs.

use serde_json::Value;

use super::*;

/// URLs that Scalekit's Node SDK made. The file names the version of the SDK.
fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/urls.json")).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn authorization_urls_equal_those_of_the_node_sdk() {
    let vectors = vectors();
    let endpoints = Endpoints::parse(text(&vectors["env_url"])).unwrap();
    for vector in vectors["authorization"].as_array().unwrap() {
        let mut request = AuthorizationRequest::new(text(&vector["redirect_uri"]));
        for (option, value) in vector["options"].as_object().unwrap() {
            request = match option.as_str() {
                "scopes" => request.scopes(value.as_array().unwrap().iter().map(text)),
                "connectionId" => request.connection_id(text(value)),
                "organizationId" => request.organization_id(text(value)),
                "provider" => request.provider(text(value)),
                "prompt" => request.prompt(text(value)),
                "codeChallenge" => {
                    assert_eq!(text(value), CHALLENGE);
                    request.code_challenge_of(&CodeVerifier::new(VERIFIER))
                }
                "codeChallengeMethod" => request,
                other => panic!("{other}"),
            };
        }
        assert_eq!(request.url(&endpoints, text(&vectors["client_id"])), text(&vector["url"]));
    }
}

#[test]
fn logout_urls_equal_those_of_the_node_sdk() {
    let vectors = vectors();
    let endpoints = Endpoints::parse(text(&vectors["env_url"])).unwrap();
    for vector in vectors["logout"].as_array().unwrap() {
        let mut request = LogoutRequest::new();
        for (option, value) in vector["options"].as_object().unwrap() {
            request = match option.as_str() {
                "idTokenHint" => request.id_token_hint(&IdToken::new(text(value))),
                "postLogoutRedirectUri" => request.post_logout_redirect_uri(text(value)),
                other => panic!("{other}"),
            };
        }
        assert_eq!(end_session_url(&endpoints, &request), text(&vector["url"]));
    }
}

#[test]
fn awkward_characters_are_encoded_as_rfc_3986_has_it() {
    let request = AuthorizationRequest::new("http://localhost:3000/callback")
        .state("a b/c+d=e&f'g(h)*!~")
        .nonce(&Nonce::new("n-1"))
        .login_hint("jöhn+x@acme.com")
        .domain_hint("acme.com")
        .connection_id("conn_1")
        .organization_id("org_1")
        .code_challenge_of(&CodeVerifier::new(VERIFIER))
        .provider("google")
        .prompt("select_account")
        .parameter("ui_locales", "de en")
        .unwrap();
    assert_eq!(
        request.url(&endpoints(), "skc_1234567890"),
        "https://acme.scalekit.dev/oauth/authorize?response_type=code&client_id=skc_1234567890\
         &redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback&scope=openid%20profile%20email\
         &state=a%20b%2Fc%2Bd%3De%26f%27g%28h%29%2A%21~&nonce=n-1&login_hint=j%C3%B6hn%2Bx%40acme.com\
         &domain_hint=acme.com&domain=acme.com&connection_id=conn_1&organization_id=org_1\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
         &provider=google&prompt=select_account&ui_locales=de%20en"
    );
}

#[test]
fn empty_options_are_left_out() {
    let request =
        AuthorizationRequest::new("https://app.example.com/auth/callback").state("").prompt("create");
    let url = request.url(&endpoints(), "skc_1");
    assert!(url.ends_with("&scope=openid%20profile%20email&prompt=create"), "{url}");
    let url = request.scopes([""; 0]).url(&endpoints(), "skc_1");
    assert!(!url.contains("scope="), "{url}");
}

#[test]
fn reserved_parameters_cannot_be_set_by_name() {
    for name in [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "login_hint",
        "domain_hint",
        "domain",
        "connection_id",
        "organization_id",
        "code_challenge",
        "code_challenge_method",
        "provider",
        "prompt",
        "response_mode",
        "request",
        "request_uri",
        "client_secret",
        "code_verifier",
        "State",
        "",
        "a b",
        "a&client_id",
        "ü",
    ] {
        let refused = AuthorizationRequest::new("https://app/cb").parameter(name, "x").err();
        assert_eq!(refused, Some(ReservedParameter { name: name.into() }), "{name}");
    }
}

#[test]
fn r34_a_logout_url_that_would_be_too_long_names_the_client_instead() {
    let request = |hint: usize| {
        LogoutRequest::new()
            .id_token_hint(&IdToken::new("x".repeat(hint)))
            .post_logout_redirect_uri("https://app/bye")
            .state("s 1")
            .client_id("skc_1")
            .logout_hint("ses_1")
    };
    let short = end_session_url(&endpoints(), &request(1000));
    assert!(short.contains("id_token_hint=xxx") && short.ends_with("bye&state=s%201"), "{short}");
    let long = end_session_url(&endpoints(), &request(7000));
    assert_eq!(
        long,
        "https://acme.scalekit.dev/oidc/logout?post_logout_redirect_uri=https%3A%2F%2Fapp%2Fbye\
         &state=s%201&client_id=skc_1&logout_hint=ses_1"
    );
    let limit = short.len();
    assert_eq!(end_session_url(&endpoints(), &request(1000).max_url(limit)), short);
    assert!(!end_session_url(&endpoints(), &request(1000).max_url(limit - 1)).contains("hint=xxx"));
}
