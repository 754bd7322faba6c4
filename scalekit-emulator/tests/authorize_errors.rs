//! Authorization requests that cannot be granted.

use reqwest::StatusCode;
use scalekit_emulator::AuthenticateError;
use support::{CALLBACK, CHALLENGE, stage, stage_with};

#[cfg(test)]
mod support;

#[tokio::test]
async fn without_a_trusted_return_address_there_is_a_page_and_no_redirect() {
    let stage = stage().await;
    let other = ("redirect_uri", "http://localhost:3000/auth/callback/");
    for (changes, says) in [
        (("client_id", "skc_unknown"), "SCALEKIT_CLIENT_ID"),
        (("client_id", ""), "client_id is missing"),
        (("redirect_uri", ""), "redirect_uri is missing"),
        (other, "--redirect-uri"),
    ] {
        let url = stage.authorize_url(&[changes]);
        let page = stage.browser().open(&url).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert_eq!(page.location, None);
        assert!(page.html.contains(says), "{}", page.html);
    }
    let twice = format!("{}&redirect_uri=http://evil.example", stage.authorize_url(&[]));
    let page = stage.browser().open(&twice).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(page.location, None);
}

#[tokio::test]
async fn other_errors_reach_the_application_with_its_state() {
    let stage = stage().await;
    let challenge = ("code_challenge", CHALLENGE);
    let method = |name| ("code_challenge_method", name);
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[("response_type", "token")], "invalid_request"),
        (&[("response_type", "")], "invalid_request"),
        (&[challenge, method("plain")], "invalid_request"),
        (&[challenge], "invalid_request"),
        (&[method("S256")], "invalid_request"),
        (&[("code_challenge", "x"), method("S256")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("connection_id", "conn_x")], "invalid_connection_id"),
        (&[("organization_id", "org_x")], "invalid_organization_id"),
    ];
    for (changes, expected) in cases {
        let page = stage.browser().open(&stage.authorize_url(changes)).await;
        assert_eq!(page.status, StatusCode::FOUND, "{changes:?}");
        assert!(page.location.as_deref().unwrap().starts_with(CALLBACK));
        let callback = page.callback();
        assert_eq!(callback["error"], expected, "{changes:?}");
        assert!(!callback["error_description"].is_empty());
        assert_eq!(callback["state"], "st-1");
        assert!(!callback.contains_key("code"));
    }
    let twice = format!("{}&nonce=1&nonce=2", stage.authorize_url(&[]));
    let page = stage.browser().open(&twice).await;
    assert_eq!(page.callback()["error"], "invalid_request");
}

#[tokio::test]
async fn a_client_can_be_made_to_use_pkce() {
    let stage = stage_with(|builder| builder.enforce_pkce(true)).await;
    let page = stage.browser().open(&stage.authorize_url(&[])).await;
    assert_eq!(page.callback()["error"], "invalid_request");
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let page = stage.browser().open(&stage.authorize_url(&pkce)).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_parameters_are_ignored_and_awkward_states_come_back() {
    let stage = stage().await;
    let state = "a b/c+d=e&f'g(h)*!~ü";
    let url = stage.authorize_url(&[
        ("state", state),
        ("domain", "acme.example"),
        ("domain_hint", "acme.example"),
        ("provider", "google"),
        ("grant_type", "authorization_code"),
        ("prompt", "consent"),
    ]);
    let page = stage.browser().sign_in(&url, "ada@acme.example").await;
    assert_eq!(page.callback()["state"], state);
    let url = stage.authorize_url(&[("state", "")]);
    let page = stage.browser().sign_in(&url, "ada@acme.example").await;
    assert!(!page.callback().contains_key("state"));
}

#[tokio::test]
async fn authenticate_says_why_the_browser_does_not_come_back() {
    let stage = stage().await;
    let elsewhere = stage.emulator.authenticate("http://localhost:1/oauth/authorize?x", "ada@acme.example");
    assert!(matches!(elsewhere, Err(AuthenticateError::NotAuthorize { .. })));
    let url = stage.authorize_url(&[("client_id", "x")]);
    let page = stage.emulator.authenticate(&url, "ada@acme.example");
    assert!(matches!(page, Err(AuthenticateError::ErrorPage { .. })));
    let url = stage.authorize_url(&[]);
    let nobody = stage.emulator.authenticate(&url, "nobody@acme.example");
    assert!(matches!(nobody, Err(AuthenticateError::UnknownUser { .. })));
}

#[tokio::test]
async fn authenticate_signs_up_chooses_and_enters_the_named_organization() {
    let stage = stage().await;
    let sign_up = stage.authorize_url(&[("prompt", "create")]);
    for email in ["a@new.example", "b+sktest@new.example"] {
        let callback = stage.emulator.authenticate(&sign_up, email).unwrap();
        assert!(callback.contains("code="), "{callback}");
    }
    for organization in ["", "org_100000000000000004"] {
        let code = stage.code("sam@two.example", &[("organization_id", organization)]);
        assert_eq!(code.len(), 40);
    }
    assert_eq!(stage.emulator.sessions().len(), 4);
    assert_eq!(stage.emulator.calls().authorize, 4);
}
