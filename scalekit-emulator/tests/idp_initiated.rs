//! Logins that start at an identity provider.

use reqwest::StatusCode;
use scalekit_emulator::{Client, IdpLogin, IdpLoginError};
use serde_json::json;
use support::{START, Stage, claims, header, ok, query, stage_with, text};
use url::Url;

#[cfg(test)]
mod support;

const ACME: &str = "org_100000000000000001";
const MANY: &str = "org_100000000000000002";
const CONNECTION: &str = "conn_100000000000000002";
const LOGIN: &str = "http://localhost:3000/login";

#[tokio::test]
async fn the_browser_comes_to_the_login_route_with_a_signed_word_of_the_provider() {
    let stage = application().await;
    let page = stage.browser().open(&start(&stage, &[("relay_state", "/reports?a=b")])).await;
    assert_eq!(page.status, StatusCode::FOUND);
    let location = page.location.as_deref().unwrap();
    assert!(location.starts_with(&format!("{LOGIN}?idp_initiated_login=")), "{location}");
    let token = &page.callback()["idp_initiated_login"];
    assert_eq!(header(token)["alg"], "RS256");
    assert_eq!(header(token)["kid"], stage.keys().await["keys"][0]["kid"]);
    let expected = json!({
        "iss": stage.emulator.url(),
        "organization_id": ACME,
        "connection_id": CONNECTION,
        "login_hint": "ada@acme.example",
        "relay_state": "/reports?a=b",
        "iat": START,
        "nbf": START,
        "exp": START + 300,
    });
    assert_eq!(claims(token), expected);
}

#[tokio::test]
async fn relay_state_is_optional_and_the_client_can_be_another() {
    let other = Client::confidential("skc_2", "s2").initiate_login_uri("http://localhost:4000/in?x=1");
    let stage = stage_with(|builder| builder.client(other)).await;
    let login = IdpLogin::new(ACME, "ada@acme.example").client("skc_2").connection(CONNECTION);
    let url = stage.emulator.idp_initiated_url(&login).unwrap();
    assert!(url.starts_with("http://localhost:4000/in?x=1&idp_initiated_login="));
    assert!(claims(&query(&url)["idp_initiated_login"]).get("relay_state").is_none());
}

#[tokio::test]
async fn the_authorization_that_follows_asks_nothing() {
    let stage = application().await;
    let mut browser = stage.browser();
    let page = browser.open(&sso(&stage, "ada@acme.example", &[])).await;
    assert_eq!(page.status, StatusCode::FOUND, "{}", page.html);
    assert_eq!(page.callback()["state"], "st-1");
    let tokens = ok(stage.exchange(&page.callback()["code"]).await).await;
    let id = claims(text(&tokens, "id_token"));
    assert_eq!((&id["email"], &id["oid"]), (&"ada@acme.example".into(), &ACME.into()));
    assert_eq!(id["amr"], json!([CONNECTION]));

    // The same person again keeps the session; another person ends it.
    assert_eq!(browser.open(&sso(&stage, "ada@acme.example", &[])).await.set_cookie, None);
    assert_eq!(stage.emulator.sessions().len(), 1);
    browser.open(&sso(&stage, "bob@acme.example", &[])).await;
    assert_eq!(stage.emulator.sessions().len(), 2);
    assert!(browser.open(&stage.authorize_url(&[])).await.callback().contains_key("code"));
}

#[tokio::test]
async fn strangers_to_the_connection_and_prompts_still_get_a_page() {
    let stage = application().await;
    for url in [
        sso(&stage, "mia@many.example", &[]),
        sso(&stage, "nobody@acme.example", &[]),
        sso(&stage, "ada@acme.example", &[("prompt", "login")]),
        stage.authorize_url(&[("login_hint", "ada@acme.example")]),
        stage.authorize_url(&[("connection_id", CONNECTION)]),
    ] {
        let page = stage.browser().open(&url).await;
        assert_eq!(page.status, StatusCode::OK, "{url}");
    }
    let silent = sso(&stage, "ada@acme.example", &[("prompt", "none")]);
    assert_eq!(stage.browser().open(&silent).await.callback()["error"], "login_required");
}

#[tokio::test]
async fn what_does_not_fit_together_is_refused() {
    let stage = application().await;
    let ask = |login: IdpLogin| stage.emulator.idp_initiated_url(&login).unwrap_err();
    let ada = || IdpLogin::new(ACME, "ada@acme.example");
    assert!(matches!(ask(IdpLogin::new("org_x", "a@b")), IdpLoginError::UnknownOrganization(_)));
    assert!(matches!(ask(IdpLogin::new(MANY, "a@b")), IdpLoginError::UnknownConnection(_)));
    assert!(matches!(ask(ada().connection("conn_x")), IdpLoginError::UnknownConnection(_)));
    assert!(matches!(ask(ada().client("skc_x")), IdpLoginError::UnknownClient(_)));
    let stage = support::stage().await;
    let error = stage.emulator.idp_initiated_url(&ada()).unwrap_err();
    assert!(matches!(error, IdpLoginError::NoLoginRoute(_)));

    let page = stage.browser().open(&start(&stage, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.html.contains("initiate_login_uri"));
    let page = stage.browser().open(&stage.at("/emulator/idp-initiated?org=x")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[cfg(test)]
async fn application() -> Stage {
    stage_with(|builder| builder.initiate_login_uri(LOGIN)).await
}

#[cfg(test)]
fn start(stage: &Stage, more: &[(&str, &str)]) -> String {
    let mut url = Url::parse(&stage.at("/emulator/idp-initiated")).unwrap();
    url.query_pairs_mut().extend_pairs([("org", ACME), ("email", "ada@acme.example")]).extend_pairs(more);
    url.into()
}

#[cfg(test)]
fn sso(stage: &Stage, email: &str, more: &[(&str, &str)]) -> String {
    let mut changes = vec![("connection_id", CONNECTION), ("organization_id", ACME), ("login_hint", email)];
    changes.extend_from_slice(more);
    stage.authorize_url(&changes)
}
