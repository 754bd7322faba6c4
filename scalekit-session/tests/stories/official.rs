//! The SDK cookie: sessions that Scalekit's official packages wrote are read here, and the packages can read ours.

use std::time::Duration;

use crate::support::official::{self, SECRET};
use crate::support::{Browser, FakeScalekit, finish, set_cookies};
use scalekit_session::adapter::{AuthRoute, Exchange};
use scalekit_session::testing::{TestEnvironment, TestUser};
use scalekit_session::{Clock, ErrorKind, Scalekit, SdkCookie, SdkLanguage, SessionManager};
use serde_json::{Value, json};

const NAME: &str = "sk_session";

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn shared(fake: &FakeScalekit, dialect: SdkLanguage) -> Scalekit {
    fake.builder().sdk_cookie(SdkCookie::new(SECRET).write(dialect)).build().unwrap()
}

pub(crate) fn claims_of(token: &Value) -> Value {
    use base64::Engine;
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// What the FastAPI package stores after a login.
pub(crate) fn python(tokens: &Value) -> Value {
    let user = claims_of(&tokens["access_token"]);
    json!({
        "user": user, "access_token": tokens["access_token"], "refresh_token": tokens["refresh_token"],
        "id_token": tokens["id_token"], "expires_at": user["exp"],
    })
}

/// What the Express package stores after a login.
fn node(tokens: &Value) -> Value {
    let user = claims_of(&tokens["access_token"]);
    json!({
        "user": user, "accessToken": tokens["access_token"], "refreshToken": tokens["refresh_token"],
        "idToken": tokens["id_token"], "expiresAt": user["exp"],
    })
}

#[tokio::test]
async fn r21_a_session_that_fastapi_or_express_began_is_read() {
    let fake = FakeScalekit::new();
    for payload in [python(&fake.grant()), node(&fake.grant())] {
        for scalekit in [
            shared(&fake, SdkLanguage::Python),
            fake.builder().sdk_cookie(SdkCookie::new(SECRET)).build().unwrap(),
        ] {
            let mut browser = Browser::new(scalekit);
            browser.jar.put(NAME, &official::seal(&payload));
            let (calls, answer) = (fake.calls("refresh_token"), browser.get().await);
            let session = answer.session();
            assert_eq!((session.user_id(), session.organization_id()), ("usr_1", Some("org_1")));
            assert!(session.has_role("admin") && session.has_permission("invoices:read"));
            assert_eq!(session.profile().unwrap().name.as_deref(), Some("Ada"));
            assert_eq!(session.expires_at().as_secs(), payload["user"]["exp"].as_u64().unwrap());
            assert_eq!(session.refreshes(), 0);
            let token = session.access_token().unwrap();
            assert!([&payload["access_token"], &payload["accessToken"]].contains(&&json!(token.secret())));
            assert_eq!(answer.lines, Vec::<String>::new(), "R19");
            assert_eq!(fake.calls("refresh_token"), calls);
            assert_eq!(answer.cache_control.as_deref(), Some("private, no-store"));
        }
    }
}

#[tokio::test]
async fn a_login_is_written_as_the_packages_write_it() {
    let fake = FakeScalekit::new();
    for (dialect, names) in [
        (SdkLanguage::Python, ["access_token", "refresh_token", "id_token", "expires_at"]),
        (SdkLanguage::Node, ["accessToken", "refreshToken", "idToken", "expiresAt"]),
    ] {
        let mut browser = Browser::new(shared(&fake, dialect));
        let reply = browser.log_in(&fake, "/").await;
        let lines = set_cookies(&reply);
        let set: Vec<_> = lines.iter().filter(|line| line.starts_with("sk_session=")).collect();
        let [line] = set[..] else { panic!("{lines:?}") };
        let attributes: Vec<&str> = line.split("; ").skip(1).collect();
        assert_eq!(
            attributes,
            ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"],
            "without `Max-Age`, so that the cookie lives until the browser closes"
        );
        let payload = official::open(browser.jar.get(NAME).unwrap());
        let [access_token, refresh_token, id_token, expires_at] = names.map(|name| payload[name].clone());
        assert_eq!(payload["user"], claims_of(&access_token), "the member `user` holds only verified claims");
        assert_eq!(expires_at, payload["user"]["exp"]);
        assert!(refresh_token.is_string() && id_token.is_string());
        assert_eq!(payload.as_object().unwrap().len(), 5);
        assert!(
            browser.jar.get("__Host-scalekit").is_none() && browser.jar.get("__Host-scalekit-live").is_none()
        );
        assert_eq!(browser.get().await.session().user_id(), "usr_1");
    }
}

#[tokio::test]
async fn r1_r2_r12_a_refresh_keeps_the_id_token_and_what_was_beside() {
    let fake = FakeScalekit::new();
    fake.set_id_token_on_refresh(true);
    let mut payload = python(&fake.grant());
    payload["theme"] = json!({ "dark": true });
    let mut browser = Browser::new(shared(&fake, SdkLanguage::Python));
    browser.jar.put(NAME, &official::seal(&payload));
    assert!(browser.get().await.is_active());
    fake.set_claims(json!({ "roles": ["viewer"] }));
    fake.clock.advance(secs(280));

    fake.hold();
    let requests = futures_util::future::join_all((0..100).map(|_| browser.send("GET", &[])));
    let release = async {
        fake.held(1).await;
        fake.release();
    };
    let (answers, ()) = tokio::join!(requests, release);
    assert_eq!(fake.refreshes(), 1, "R1");
    for answer in &answers {
        assert!(answer.session().has_role("viewer"), "R12");
        assert_eq!(answer.lines.len(), 1);
    }
    let old = browser.clone();
    browser.deliver(&answers[0]);
    let renewed = official::open(browser.jar.get(NAME).unwrap());
    assert_eq!(renewed["id_token"], payload["id_token"]);
    assert_eq!(renewed["theme"], payload["theme"]);
    assert_ne!(renewed["refresh_token"], payload["refresh_token"]);
    assert_eq!(renewed["user"], claims_of(&renewed["access_token"]));

    fake.clock.advance(secs(30));
    let late = old.send("GET", &[]).await;
    assert!(late.session().has_role("viewer"), "R2: {late:?}");
    assert_eq!(late.lines.len(), 1);
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test]
async fn r54_what_another_application_refreshed_is_not_overwritten() {
    let fake = FakeScalekit::new();
    let payload = python(&fake.grant());
    let mut browser = Browser::new(shared(&fake, SdkLanguage::Python));
    browser.jar.put(NAME, &official::seal(&payload));
    fake.clock.advance(secs(280));
    // One request refreshes the session, but its handler is slow. The next response brings the new tokens to the
    // browser.
    let exchange = Exchange::new(browser.scalekit.manager());
    let state = exchange.resolve(&browser.head("GET", "/slow", &[]).view()).await;
    assert_eq!(browser.get().await.lines.len(), 1);
    let ours = official::open(browser.jar.get(NAME).unwrap());

    // Then FastAPI refreshes the session, and a third request shows us FastAPI's cookie.
    fake.clock.advance(secs(290));
    let mut theirs = python(&fake.refresh(ours["refresh_token"].as_str().unwrap()).unwrap());
    theirs["id_token"] = payload["id_token"].clone();
    browser.jar.put(NAME, &official::seal(&theirs));
    assert!(browser.get().await.is_active());
    assert_eq!(fake.refreshes(), 1, "one refresh by us; the other refresh was FastAPI's");

    let slow = finish(&exchange, state);
    assert!(slow.is_active() && slow.lines.is_empty(), "{slow:?}");
}

#[tokio::test]
async fn r30_r34_a_logout_ends_the_session_under_every_cookie_it_had() {
    let fake = FakeScalekit::new();
    let payload = python(&fake.grant());
    let mut browser = Browser::new(shared(&fake, SdkLanguage::Python));
    browser.jar.put(NAME, &official::seal(&payload));
    let before = browser.clone();
    fake.clock.advance(secs(280));
    let late = browser.send("GET", &[]).await;
    browser.deliver(&late);

    let same_origin = [("sec-fetch-site", "same-origin")];
    let reply = browser.serve_with(AuthRoute::Logout, "POST", "/auth/logout", &same_origin).await;
    let location = reply.header("location").unwrap();
    assert!(location.contains(payload["id_token"].as_str().unwrap()), "R34");
    assert!(
        set_cookies(&reply).iter().any(|line| line.starts_with("sk_session=;") && line.contains("Max-Age=0"))
    );
    browser.apply(&reply);
    assert!(browser.jar.is_empty());

    // The ID token identifies the session, so copies of the cookie from before the refresh are ended as well.
    for mut copy in [before, browser] {
        if copy.jar.is_empty() {
            copy.deliver(&late);
        }
        let answer = copy.get().await;
        assert!(answer.is_anonymous(), "{answer:?}");
    }
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test]
async fn r28_limits_count_from_the_login_that_the_id_token_tells() {
    let fake = FakeScalekit::new();
    let scalekit = || {
        let cookie = SdkCookie::new(SECRET).write(SdkLanguage::Python);
        fake.builder().sdk_cookie(cookie).absolute_limit(secs(3600)).build().unwrap()
    };
    let mut browser = Browser::new(scalekit());
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    for _ in 0..12 {
        assert!(browser.get().await.is_active());
        fake.clock.advance(secs(280));
    }
    fake.clock.advance(secs(240));
    assert!(
        browser.get().await.is_anonymous(),
        "the limit of an hour counts from the login, not from a refresh"
    );
}

#[tokio::test]
async fn r15_a_session_too_long_for_the_format_is_a_page_and_never_a_redirect() {
    let fake = FakeScalekit::new();
    let names: Vec<String> = (0..60).map(|number| format!("resource{number:04}:read-and-write")).collect();
    fake.set_claims(json!({ "permissions": names }));
    let mut browser = Browser::new(shared(&fake, SdkLanguage::Python));
    let reply = browser.log_in(&fake, "/").await;
    assert_eq!((reply.status, reply.header("location")), (500, None));
    assert!(reply.body.contains("Your account is too large"), "{}", reply.body);
    assert!(set_cookies(&reply).iter().all(|line| line.contains("Max-Age=0")));

    let environment = TestEnvironment::new();
    let cookie = SdkCookie::new(SECRET).write(SdkLanguage::Node);
    let scalekit = environment.builder().sdk_cookie(cookie).build().unwrap();
    let names: Vec<String> = (0..60).map(|number| format!("resource{number:04}:read-and-write")).collect();
    let user = names.into_iter().fold(TestUser::new("usr_1"), TestUser::permission);
    let now = environment.clock().now();
    let error = scalekit.seal(&environment.grant(&user), now).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("3800"), "{error}");
}

#[tokio::test]
async fn r15_a_session_that_grows_too_long_goes_on_in_our_own_cookie() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(shared(&fake, SdkLanguage::Python));
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    let names: Vec<String> = (0..60).map(|number| format!("resource{number:04}:read-and-write")).collect();
    fake.set_claims(json!({ "permissions": names }));
    fake.clock.advance(secs(280));
    assert_eq!(browser.get().await.session().permissions().count(), 60);
    assert!(browser.jar.get(NAME).is_none() && browser.jar.get("__Host-scalekit-live").is_some());
    fake.set_claims(json!({ "permissions": ["invoices:read"] }));
    fake.clock.advance(secs(280));
    assert_eq!(browser.get().await.session().permissions().count(), 1);
    assert!(browser.jar.get(NAME).is_some(), "the session is back in the SDK cookie once it fits");
    assert!(browser.jar.get("__Host-scalekit-live").is_none());
}

#[tokio::test]
async fn r11_of_tokens_that_cannot_be_verified_the_packages_are_told_nothing() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(shared(&fake, SdkLanguage::Python));
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    fake.set_keys("snk_2", &["snk_1"]);
    fake.clock.advance(secs(280));
    assert!(browser.get().await.is_active(), "13b: the old token still serves");
    let kept = official::open(browser.jar.get(NAME).unwrap());
    assert_eq!(
        (&kept["user"], &kept["expires_at"]),
        (&Value::Null, &json!(0)),
        "the packages refresh such a session before they use it"
    );
    assert_eq!(claims_of(&kept["access_token"])["sub"], "usr_1", "the new tokens are kept");
    fake.set_keys("snk_2", &["snk_1", "snk_2"]);
    fake.clock.advance(secs(60));
    assert!(browser.get().await.is_active());
    assert_eq!(fake.refreshes(), 1);
}
