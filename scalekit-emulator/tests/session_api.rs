//! Sessions over REST.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::{Stage, claims, error, ok, stage, stage_with, text};

#[cfg(test)]
mod support;

const ADA: &str = "usr_100000000000000001";
const ACME: &str = "org_100000000000000001";
const CLIENT: &str = "skc_100000000000000001";

#[tokio::test]
async fn a_session_has_all_its_details() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let sid = claims(text(&tokens, "access_token"))["sid"].as_str().unwrap().to_owned();
    stage.clock.advance(Duration::from_secs(60));
    ok(stage.refresh(text(&tokens, "refresh_token")).await).await;
    let session = ok(api(&stage, Method::GET, &format!("/sessions/{sid}")).await).await;
    assert_eq!(session["session_id"], sid);
    assert_eq!(session["user_id"], ADA);
    assert_eq!(session["organization_id"], ACME);
    assert_eq!(session["authenticated_organizations"], json!([ACME]));
    let clients = json!([{ "client_id": CLIENT, "organization_id": ACME }]);
    assert_eq!(session["authenticated_clients"], clients);
    assert_eq!(session["status"], "active");
    assert_eq!(session["device"]["ip"], "127.0.0.1");
    assert_eq!(session["created_at"], "2025-10-09T08:53:20.000Z");
    assert_eq!(session["last_active_at"], "2025-10-09T08:54:20.000Z");
    assert_eq!(session["updated_at"], "2025-10-09T08:54:20.000Z");
    assert_eq!(session["idle_expires_at"], "2025-10-16T08:54:20.000Z");
    assert_eq!(session["absolute_expires_at"], "2025-11-08T08:53:20.000Z");
    assert_eq!((&session["expired_at"], &session["logout_at"]), (&Value::Null, &Value::Null));
    assert_eq!(stage.emulator.calls().session, 1);
}

#[tokio::test]
async fn the_browser_of_the_person_is_named() {
    let stage = stage().await;
    let mut browser = stage.browser();
    let page = browser.open(&stage.authorize_url(&[])).await;
    let form = [("request", page.request()), ("email", "ada@acme.example")];
    let request = stage.http.post(stage.at("/login")).form(&form).header("user-agent", "Fox/1");
    request.send().await.unwrap();
    let sid = &stage.emulator.sessions()[0].id;
    let session = ok(api(&stage, Method::GET, &format!("/sessions/{sid}")).await).await;
    assert_eq!(session["device"]["user_agent"], "Fox/1");
}

#[tokio::test]
async fn without_a_token_of_an_application_there_is_401() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let old = stage.management_token().await;
    stage.clock.advance(Duration::from_secs(86_400));
    let sid = stage.emulator.sessions()[0].id.clone();
    let user = text(&tokens, "access_token");
    for (method, path) in [
        (Method::GET, format!("/sessions/{sid}")),
        (Method::POST, format!("/sessions/{sid}/revoke")),
        (Method::GET, format!("/users/{ADA}/sessions")),
        (Method::POST, format!("/users/{ADA}/sessions/revoke")),
    ] {
        for token in ["", "nonsense", user, &old] {
            let answer = send(&stage, method.clone(), &path, token).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {path} {token}");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer");
            let body: Value = answer.json().await.unwrap();
            assert_eq!(body["code"], 16);
            assert!(body["message"].is_string());
        }
    }
    assert!(stage.emulator.sessions()[0].status == scalekit_emulator::SessionStatus::Active);
}

#[tokio::test]
async fn a_revoked_session_says_so_and_is_not_refreshed() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let sid = stage.emulator.sessions()[0].id.clone();
    stage.clock.advance(Duration::from_secs(1));
    for _ in 0..2 {
        let path = format!("/sessions/{sid}/revoke");
        let answer = ok(api(&stage, Method::POST, &path).await).await;
        let revoked = &answer["revoked_session"];
        assert_eq!(revoked["session_id"], sid);
        assert_eq!(revoked["status"], "revoked");
        assert_eq!(revoked["logout_at"], "2025-10-09T08:53:21.000Z");
        assert_eq!(revoked["expired_at"], Value::Null);
        assert!(revoked.get("device").is_none());
        stage.clock.advance(Duration::from_secs(1));
    }
    let answer = stage.refresh(text(&tokens, "refresh_token")).await;
    assert_eq!(error(answer, 400).await, "invalid_grant");
}

#[tokio::test]
async fn sessions_come_in_pages_latest_first() {
    let stage = stage().await;
    for _ in 0..5 {
        stage.sign_in("ada@acme.example").await;
        stage.clock.advance(Duration::from_secs(60));
    }
    stage.sign_in("bob@acme.example").await;
    let page = async |query: &str| {
        let path = format!("/users/{ADA}/sessions?page_size=2{query}");
        ok(api(&stage, Method::GET, &path).await).await
    };
    let first = page("").await;
    let second = page(&format!("&page_token={}", text(&first, "next_page_token"))).await;
    let third = page(&format!("&page_token={}", text(&second, "next_page_token"))).await;
    let back = page(&format!("&page_token={}", text(&second, "prev_page_token"))).await;
    assert_eq!(first, back);
    assert_eq!((&first["prev_page_token"], &third["next_page_token"]), (&json!(""), &json!("")));
    let mut times = Vec::new();
    for page in [&first, &second, &third] {
        assert_eq!(page["total_size"], 5);
        times.extend(page["sessions"].as_array().unwrap().iter().map(|it| text(it, "created_at")));
    }
    assert_eq!(times.len(), 5);
    assert!(times.is_sorted_by(|a, b| a > b), "{times:?}");
}

#[tokio::test]
async fn sessions_are_filtered_by_status_and_time() {
    let stage = stage_with(|builder| builder.idle_timeout(Duration::from_secs(100))).await;
    stage.sign_in("ada@acme.example").await;
    stage.clock.advance(Duration::from_secs(100));
    stage.sign_in("ada@acme.example").await;
    let revoked = stage.emulator.sessions()[1].id.clone();
    stage.emulator.revoke_session(&revoked);
    stage.sign_in("ada@acme.example").await;
    let statuses = async |query: &str| {
        let path = format!("/users/{ADA}/sessions?{query}");
        let answer = ok(api(&stage, Method::GET, &path).await).await;
        let sessions = answer["sessions"].as_array().unwrap();
        let mut statuses = sessions.iter().map(|it| text(it, "status").to_owned()).collect::<Vec<_>>();
        statuses.sort();
        statuses
    };
    assert_eq!(statuses("").await, ["active", "expired", "revoked"]);
    assert_eq!(statuses("filter.status=ACTIVE").await, ["active"]);
    assert_eq!(statuses("filter.status=revoked&filter.status=Expired").await, ["expired", "revoked"]);
    assert_eq!(statuses("filter.start_time=2025-10-09T08:54:00Z&filter.status=expired").await, [""; 0]);
    assert_eq!(statuses("filter.end_time=2025-10-09T08:54:00Z").await, ["expired"]);
    for query in ["page_size=0", "page_size=x", "page_token=x", "filter.end_time=now"] {
        let answer = api(&stage, Method::GET, &format!("/users/{ADA}/sessions?{query}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn all_living_sessions_of_a_person_are_revoked() {
    let stage = stage().await;
    stage.sign_in("ada@acme.example").await;
    let first = stage.emulator.sessions()[0].id.clone();
    stage.emulator.revoke_session(&first);
    stage.sign_in("ada@acme.example").await;
    stage.sign_in("ada@acme.example").await;
    stage.sign_in("bob@acme.example").await;
    let path = format!("/users/{ADA}/sessions/revoke");
    let answer = ok(api(&stage, Method::POST, &path).await).await;
    assert_eq!(answer["total_revoked"], 2);
    let sessions = answer["revoked_sessions"].as_array().unwrap();
    assert!(sessions.iter().all(|it| it["status"] == "revoked" && it["session_id"] != first));
    assert_eq!(ok(api(&stage, Method::POST, &path).await).await["total_revoked"], 0);
    assert_eq!(stage.emulator.calls().management(), 2);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let stage = stage().await;
    for (method, path) in [
        (Method::GET, "/sessions/ses_1"),
        (Method::POST, "/sessions/ses_1/revoke"),
        (Method::GET, "/users/usr_1/sessions"),
        (Method::POST, "/users/usr_1/sessions/revoke"),
    ] {
        let answer = api(&stage, method, path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], 5);
    }
}

#[cfg(test)]
async fn api(stage: &Stage, method: Method, path: &str) -> Response {
    send(stage, method, path, &stage.management_token().await).await
}

#[cfg(test)]
async fn send(stage: &Stage, method: Method, path: &str, token: &str) -> Response {
    let request = stage.http.request(method, stage.at(&format!("/api/v1{path}")));
    let request = if token.is_empty() { request } else { request.bearer_auth(token) };
    request.send().await.unwrap()
}
