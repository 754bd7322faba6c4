//! What people see in their browsers.

use reqwest::StatusCode;
use scalekit_emulator::{Client, SessionStatus};
use support::{CALLBACK, Page, claims, ok, stage, stage_with, text};

#[cfg(test)]
mod support;

const RIVERS: &str = "org_100000000000000003";
const BRIDGES: &str = "org_100000000000000004";

#[tokio::test]
async fn a_click_on_a_person_signs_in_and_the_cookie_is_http_only() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let page = browser.open(&stage.authorize_url(&[])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("ada@acme.example"));
    let page = browser.submit(&page, "/login", &[("email", "ada@acme.example")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.callback()["state"], "st-1");
    let cookie = page.set_cookie.as_deref().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    ok(stage.exchange(&page.callback()["code"]).await).await;
}

#[tokio::test]
async fn a_signed_in_browser_is_not_asked_again_and_clients_share_the_session() {
    let other = Client::confidential("skc_2", "s2").redirect_uri("http://localhost:4000/cb");
    let stage = stage_with(|builder| builder.client(other)).await;
    let mut browser = stage.browser();
    browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    let url = stage.authorize_url(&[("client_id", "skc_2"), ("redirect_uri", "http://localhost:4000/cb")]);
    let page = browser.open(&url).await;
    assert_eq!(page.status, StatusCode::FOUND);
    assert!(page.callback().contains_key("code"));
    let sessions = stage.emulator.sessions();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].authenticated_clients.len(), 2);
}

#[tokio::test]
async fn two_browsers_have_two_sessions() {
    let stage = stage().await;
    let (mut first, mut second) = (stage.browser(), stage.browser());
    first.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    second.sign_in(&stage.authorize_url(&[]), "bob@acme.example").await;
    let mut emails = Vec::new();
    for browser in [&mut first, &mut second] {
        let code = browser.open(&stage.authorize_url(&[])).await.callback()["code"].clone();
        let tokens = ok(stage.exchange(&code).await).await;
        emails.push(claims(text(&tokens, "id_token"))["email"].clone());
    }
    assert_eq!(emails, ["ada@acme.example", "bob@acme.example"]);
    assert_eq!(stage.emulator.sessions().len(), 2);
}

#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let silent = stage.authorize_url(&[("prompt", "none")]);
    let page = browser.open(&silent).await;
    assert_eq!(page.status, StatusCode::FOUND);
    assert_eq!(page.callback()["error"], "login_required");
    assert_eq!(page.callback()["state"], "st-1");
    browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    assert!(browser.open(&silent).await.callback().contains_key("code"));
}

#[tokio::test]
async fn the_error_of_prompt_none_can_be_chosen() {
    let stage = stage_with(|builder| builder.login_required_error("user_login_required")).await;
    let page = stage.browser().open(&stage.authorize_url(&[("prompt", "none")])).await;
    assert_eq!(page.callback()["error"], "user_login_required");
}

#[tokio::test]
async fn prompt_login_asks_again_and_another_person_ends_the_session() {
    let stage = stage().await;
    let mut browser = stage.browser();
    browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    let again = stage.authorize_url(&[("prompt", "login")]);
    browser.sign_in(&again, "ada@acme.example").await;
    assert_eq!(stage.emulator.sessions().len(), 1);
    browser.sign_in(&again, "bob@acme.example").await;
    let mut sessions = stage.emulator.sessions();
    sessions.sort_by_key(|session| session.user_id.clone());
    let statuses = sessions.iter().map(|session| session.status);
    assert!(statuses.eq([SessionStatus::Logout, SessionStatus::Active]));
}

#[tokio::test]
async fn sign_up_makes_a_person_an_organization_and_its_admin() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let url = stage.authorize_url(&[("prompt", "create"), ("login_hint", "new@n.example")]);
    let page = browser.open(&url).await;
    assert!(page.html.contains(r#"value="new@n.example""#));
    let incomplete = [("email", "new@n.example"), ("name", "New")];
    let page = browser.submit(&page, "/login/sign-up", &incomplete).await;
    assert!(page.html.contains("Please fill in all three."));
    let complete = [&incomplete[..], &[("organization", "Newcomers")]].concat();
    let page = browser.submit(&page, "/login/sign-up", &complete).await;
    let tokens = ok(stage.exchange(&page.callback()["code"]).await).await;
    let access = claims(text(&tokens, "access_token"));
    assert_eq!(access["roles"][0], "admin");
    assert_eq!(claims(text(&tokens, "id_token"))["name"], "New");

    let page = browser.open(&url).await;
    let page = browser.submit(&page, "/login/sign-up", &complete).await;
    assert!(page.html.contains("There is an account"));
    assert!(stage.sign_in("new@n.example").await["id_token"].is_string());
}

#[tokio::test]
async fn an_address_that_nobody_has_leads_to_sign_up() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let page = browser.sign_in(&stage.authorize_url(&[]), "who@n.example").await;
    assert!(page.html.contains("Create your account"));
    let page = browser.submit(&page, "/login", &[("email", "nonsense")]).await;
    assert!(page.html.contains("Please enter an e-mail address."));
}

#[tokio::test]
async fn test_users_are_asked_for_their_code() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let email = "eve+sktest@acme.example";
    let url = stage.authorize_url(&[("prompt", "create")]);
    let page = browser.open(&url).await;
    let form = [("email", email), ("name", "Eve"), ("organization", "E")];
    let page = browser.submit(&page, "/login/sign-up", &form).await;
    assert!(page.html.contains("Enter the code"));
    let page = browser.submit(&page, "/login/code", &[("code", "000000")]).await;
    assert!(page.html.contains("That is not the code."));
    assert!(stage.emulator.sessions().is_empty());
    let page = browser.submit(&page, "/login/code", &[("code", "424242")]).await;
    assert!(page.callback().contains_key("code"));

    let page = stage.browser().sign_in(&stage.authorize_url(&[]), email).await;
    assert!(page.html.contains("Enter the code"));
    stage.sign_in(email).await;
}

#[tokio::test]
async fn somebody_with_two_organizations_chooses() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let page = browser.sign_in(&stage.authorize_url(&[]), "sam@two.example").await;
    assert!(page.html.contains("Two Rivers") && page.html.contains("Two Bridges"));
    let choice = [("organization_id", BRIDGES)];
    let page = browser.submit(&page, "/login/organization", &choice).await;
    assert_eq!(organization(&stage, &page).await, BRIDGES);

    // Signing in again stays there; `organization_id` alone does not switch.
    let page = browser.open(&stage.authorize_url(&[])).await;
    assert_eq!(organization(&stage, &page).await, BRIDGES);
    let alone = stage.authorize_url(&[("organization_id", RIVERS)]);
    let page = browser.open(&alone).await;
    assert_eq!(organization(&stage, &page).await, BRIDGES);

    let select = ("prompt", "select_account");
    let page = browser.open(&stage.authorize_url(&[select])).await;
    assert!(page.html.contains("Choose an organization"));
    let straight = stage.authorize_url(&[select, ("organization_id", RIVERS)]);
    let page = browser.open(&straight).await;
    assert_eq!(organization(&stage, &page).await, RIVERS);
    let sessions = stage.emulator.sessions();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].authenticated_organizations, [BRIDGES, RIVERS]);
}

#[tokio::test]
async fn switching_keeps_the_session_and_brings_the_roles_of_the_other_organization() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let into = |organization| {
        stage.authorize_url(&[("prompt", "select_account"), ("organization_id", organization)])
    };
    let page = browser.sign_in(&into(RIVERS), "sam@two.example").await;
    let rivers = ok(stage.exchange(&page.callback()["code"]).await).await;
    let page = browser.open(&into(BRIDGES)).await;
    let bridges = ok(stage.exchange(&page.callback()["code"]).await).await;

    let (before, after) = (claims(text(&rivers, "access_token")), claims(text(&bridges, "access_token")));
    assert_eq!((&before["oid"], &before["roles"][0]), (&RIVERS.into(), &"admin".into()));
    assert_eq!((&after["oid"], &after["roles"][0]), (&BRIDGES.into(), &"member".into()));
    assert_eq!(before["sid"], after["sid"]);
    let session = &stage.emulator.sessions()[0];
    assert_eq!(session.organization_id, BRIDGES);
    assert_eq!(session.authenticated_organizations, [RIVERS, BRIDGES]);
    assert_eq!(session.authenticated_clients.len(), 1);
    assert_eq!(session.authenticated_clients[0].organization_id, BRIDGES);

    // The tokens of before stay in their organization.
    let refreshed = ok(stage.refresh(text(&rivers, "refresh_token")).await).await;
    assert_eq!(claims(text(&refreshed, "access_token"))["oid"], RIVERS);

    let page = browser.open(&into("org_100000000000000001")).await;
    assert_eq!(page.callback()["error"], "access_denied");
    assert_eq!(stage.emulator.sessions()[0].organization_id, BRIDGES);
}

#[tokio::test]
async fn an_organization_in_the_request_is_entered_straight_by_its_members_only() {
    let stage = stage().await;
    let url = stage.authorize_url(&[("organization_id", BRIDGES)]);
    let page = stage.browser().sign_in(&url, "sam@two.example").await;
    assert_eq!(organization(&stage, &page).await, BRIDGES);
    let page = stage.browser().sign_in(&url, "ada@acme.example").await;
    assert_eq!(page.callback()["error"], "access_denied");
    let url = stage.authorize_url(&[("prompt", "select_account")]);
    let page = stage.browser().sign_in(&url, "ada@acme.example").await;
    assert!(page.callback().contains_key("code"));
}

#[tokio::test]
async fn cancelling_tells_the_application() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let page = browser.open(&stage.authorize_url(&[])).await;
    let page = browser.submit(&page, "/login/cancel", &[]).await;
    assert_eq!(page.callback()["error"], "access_denied");
    assert_eq!(page.callback()["state"], "st-1");
}

#[tokio::test]
async fn a_stale_page_says_so() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let page = browser.open(&stage.authorize_url(&[])).await;
    browser.submit(&page, "/login", &[("email", "ada@acme.example")]).await;
    let ada = [("email", "ada@acme.example")];
    let page = browser.submit(&page, "/login", &ada).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.html.contains("open for too long"));
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let stage = stage().await;
    let hostile = r#""><script>alert('x')</script>&@evil.example"#;
    let mut browser = stage.browser();
    let hint = ("login_hint", hostile);
    let sign_in = browser.open(&stage.authorize_url(&[hint, ("state", hostile)])).await;
    let sign_up = browser.open(&stage.authorize_url(&[hint, ("prompt", "create")])).await;
    let unknown = browser.submit(&sign_in, "/login", &[("email", hostile)]).await;
    let form = [("email", hostile), ("name", hostile)];
    let incomplete = browser.submit(&sign_up, "/login/sign-up", &form).await;
    let test_user = format!("{hostile}+sktest@x");
    let code = browser.submit(&sign_in, "/login", &[("email", &test_user)]).await;
    let client = browser.open(&stage.authorize_url(&[("client_id", hostile)])).await;
    let uri = browser.open(&stage.authorize_url(&[("redirect_uri", hostile)])).await;
    let whole = [&form[..], &[("organization", hostile)]].concat();
    let signed_up = browser.submit(&sign_up, "/login/sign-up", &whole).await;
    assert!(signed_up.callback().contains_key("code"));
    let home = browser.open(&stage.at("/")).await;
    let mut logout = url::Url::parse(&stage.at("/oidc/logout")).unwrap();
    logout.query_pairs_mut().append_pair("post_logout_redirect_uri", hostile);
    let logout = browser.open(logout.as_str()).await;
    for page in [sign_in, sign_up, unknown, incomplete, code, client, uri, home, logout] {
        assert!(!page.html.contains("<script"), "{}", page.html);
        assert!(page.html.contains("&lt;script&gt;"), "{}", page.html);
    }
}

#[tokio::test]
async fn the_state_page_shows_who_is_there_and_no_secret() {
    let stage = stage().await;
    let mut browser = stage.browser();
    browser.sign_in(&stage.authorize_url(&[]), "ada@acme.example").await;
    let tokens = stage.sign_in("bob@acme.example").await;
    let page = browser.open(&stage.at("/")).await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in ["Mia Many", "Two Rivers", CALLBACK, "ses_", "/oauth/token"] {
        assert!(page.html.contains(shown), "{shown}");
    }
    let cookie = browser.cookie.as_deref().unwrap();
    let (_, cookie) = cookie.split_once('=').unwrap();
    for secret in [
        stage.emulator.client_secret(),
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
        cookie,
    ] {
        assert!(!page.html.contains(secret));
    }
}

#[cfg(test)]
async fn organization(stage: &support::Stage, page: &Page) -> String {
    let tokens = ok(stage.exchange(&page.callback()["code"]).await).await;
    claims(text(&tokens, "access_token"))["oid"].as_str().unwrap().to_owned()
}
