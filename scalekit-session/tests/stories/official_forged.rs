//! Forged SDK cookies: an attacker who knows the shared secret can seal anything, but only tokens that Scalekit
//! signed for us count.

use std::time::Duration;

use crate::official::{claims_of, python};
use crate::support::official::{self, SECRET};
use crate::support::{Browser, FakeScalekit};
use scalekit_session::testing::SigningKey;
use scalekit_session::{Scalekit, SdkCookie, SdkLanguage, SessionState};
use serde_json::{Value, json};

const NAME: &str = "sk_session";

fn shared(fake: &FakeScalekit) -> Scalekit {
    fake.builder().sdk_cookie(SdkCookie::new(SECRET).write(SdkLanguage::Python)).build().unwrap()
}

/// These tokens with changed claims in the access token, signed by Scalekit.
fn with_claims(fake: &FakeScalekit, tokens: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = claims_of(&tokens["access_token"]);
    change(&mut claims);
    json!({ "access_token": fake.sign(&claims), "refresh_token": tokens["refresh_token"], "id_token": tokens["id_token"] })
}

#[tokio::test]
async fn r42_forged_payloads_sign_nobody_in() {
    let fake = FakeScalekit::new();
    let tokens = fake.grant();
    let genuine = python(&tokens);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut payload = genuine.clone();
        change(&mut payload);
        official::seal(&payload)
    };
    let signed = |change: &dyn Fn(&mut Value)| official::seal(&python(&with_claims(&fake, &tokens, change)));
    let stranger = SigningKey::successor().sign(
        &json!({ "alg": "RS256", "kid": "snk_1", "typ": "JWT" }).to_string(),
        &claims_of(&tokens["access_token"]).to_string(),
    );
    let mut twice = genuine.to_string();
    twice.insert_str(1, r#""access_token":"other","#);
    let long = "x".repeat(4000);

    let forged: Vec<(&str, String)> = vec![
        ("an ID token as access token", changed(&|p| p["access_token"] = p["id_token"].clone())),
        ("no access token", changed(&|p| p["access_token"] = Value::Null)),
        ("no ID token", changed(&|p| p["id_token"] = Value::Null)),
        ("an ID token of another user", {
            let mut claims = claims_of(&tokens["id_token"]);
            claims["sub"] = json!("usr_2");
            let id_token = fake.sign(&claims);
            changed(&|p| p["id_token"] = json!(id_token))
        }),
        ("an ID token without claims", changed(&|p| p["id_token"] = json!("e30.e30.e30"))),
        ("another key's signature", changed(&|p| p["access_token"] = json!(stranger))),
        (
            "no signature",
            changed(&|p| {
                let token = p["access_token"].as_str().unwrap();
                let (unsigned, _) = token.rsplit_once('.').unwrap();
                p["access_token"] = json!(format!("{unsigned}."));
            }),
        ),
        (
            "another client's token",
            signed(&|c| {
                c["client_id"] = json!("skc_other");
                c["aud"] = json!(["skc_other"]);
            }),
        ),
        ("another client's token for us", signed(&|c| c["client_id"] = json!("skc_other"))),
        ("another environment's token", signed(&|c| c["iss"] = json!("https://other.scalekit.invalid"))),
        (
            "a machine's token",
            signed(&|c| {
                c.as_object_mut().unwrap().remove("sid");
                c["sub"] = c["client_id"].clone();
            }),
        ),
        (
            "a token from the future",
            signed(&|c| {
                c["iat"] = json!(c["iat"].as_u64().unwrap() + 600);
                c["exp"] = json!(c["exp"].as_u64().unwrap() + 600);
            }),
        ),
        ("mixed dialects", changed(&|p| p["refreshToken"] = p["refresh_token"].clone())),
        ("one name twice", official::seal_with(SECRET, 1, &twice)),
        (
            "another secret",
            official::seal_with("another secret, also of more than 32 bytes", 1, &genuine.to_string()),
        ),
        ("version 2", official::seal_with(SECRET, 2, &genuine.to_string())),
        ("too long", changed(&|p| p["beside"] = json!(long))),
        ("not JSON", official::seal_with(SECRET, 1, "session")),
        ("empty", String::new()),
    ];
    for (name, value) in &forged {
        let mut browser = Browser::new(shared(&fake));
        browser.jar.put(NAME, value);
        let answer = browser.get().await;
        let no_session = matches!(answer.state, SessionState::Anonymous | SessionState::Unavailable { .. });
        assert!(no_session, "{name}: {answer:?}");
        assert_eq!(answer.lines, Vec::<String>::new(), "{name}: nothing is written or deleted (R37)");
    }
    assert_eq!(fake.refreshes(), 0, "no forged session is refreshed");
    let mut browser = Browser::new(shared(&fake));
    browser.jar.put(NAME, &official::seal(&genuine));
    assert!(browser.get().await.is_active(), "the genuine cookie is a session");
}

#[tokio::test]
async fn r42_an_invented_user_and_a_stretched_end_count_for_nothing() {
    let fake = FakeScalekit::new();
    let tokens = fake.grant();
    let mut payload = python(&tokens);
    payload["user"] = json!({ "sub": "usr_admin", "roles": ["owner"], "permissions": ["everything"] });
    payload["expires_at"] = json!(4_000_000_000_u64);
    payload["refresh_token"] = Value::Null;
    let mut browser = Browser::new(shared(&fake));
    browser.jar.put(NAME, &official::seal(&payload));
    let answer = browser.get().await;
    assert_eq!(answer.session().user_id(), "usr_1");
    assert!(!answer.session().has_role("owner") && !answer.session().has_permission("everything"));
    assert_eq!(answer.session().expires_at().as_secs(), claims_of(&tokens["access_token"])["exp"]);

    fake.clock.advance(Duration::from_secs(300));
    assert!(browser.get().await.is_anonymous(), "the session ends with the access token, without leeway");
    payload["refresh_token"] = tokens["refresh_token"].clone();
    browser.jar.put(NAME, &official::seal(&payload));
    assert_eq!(
        browser.get().await.session().user_id(),
        "usr_1",
        "with a refresh token the session is refreshed like any other"
    );
    let written = official::open(browser.jar.get(NAME).unwrap());
    assert_eq!(
        written["user"],
        claims_of(&written["access_token"]),
        "the refresh replaces the invented user by the verified claims"
    );
}

#[tokio::test]
async fn r42_a_profile_is_shown_when_its_id_token_verifies() {
    let fake = FakeScalekit::new();
    let tokens = fake.grant();
    let mut claims = claims_of(&tokens["id_token"]);
    claims["name"] = json!("The Boss");
    let header = json!({ "alg": "RS256", "kid": "snk_1", "typ": "JWT" }).to_string();
    let mut payload = python(&tokens);
    payload["id_token"] = json!(SigningKey::successor().sign(&header, &claims.to_string()));
    let mut browser = Browser::new(shared(&fake));
    browser.jar.put(NAME, &official::seal(&payload));
    assert!(browser.get().await.session().profile().is_none());

    // A session lives longer than its ID token. The profile is still shown.
    browser.jar.put(NAME, &official::seal(&python(&tokens)));
    fake.clock.advance(Duration::from_secs(4 * 3600));
    for _ in 0..2 {
        let answer = browser.get().await;
        assert_eq!(answer.session().profile().unwrap().name.as_deref(), Some("Ada"));
    }
}

#[tokio::test]
async fn r21_each_form_opens_under_its_own_name_only() {
    let fake = FakeScalekit::new();
    let scalekit = shared(&fake);
    let own = fake.scalekit();
    let genuine = Browser::signed_in(&fake, &own).await;
    let (data, marker) = ["__Host-scalekit", "__Host-scalekit-live"]
        .map(|name| genuine.jar.get(name).unwrap().to_owned())
        .into();
    let sealed = official::seal(&python(&fake.grant()));

    // In the second round both sessions are in the cache of opened sessions. The cache must not mix them up either.
    for _ in 0..2 {
        let mut browser = Browser::new(scalekit.clone());
        browser.jar.put(NAME, &data);
        assert!(browser.get().await.is_anonymous(), "our own value in the SDK cookie");
        browser.jar.put("__Host-scalekit-live", &marker);
        assert!(browser.get().await.is_anonymous());
        let mut browser = Browser::new(scalekit.clone());
        browser.jar.put("__Host-scalekit", &sealed);
        browser.jar.put("__Host-scalekit-live", &marker);
        assert!(browser.get().await.is_anonymous(), "a value of the SDK cookie in our own cookie");

        let mut browser = Browser::new(scalekit.clone());
        browser.jar.put(NAME, &sealed);
        assert!(browser.get().await.is_active());
        let mut browser = Browser::new(scalekit.clone());
        browser.jar.put("__Host-scalekit", &data);
        browser.jar.put("__Host-scalekit-live", &marker);
        assert!(browser.get().await.is_active());
    }
}

#[tokio::test]
async fn r21_nobody_reads_the_sdk_cookie_unless_asked_to() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(fake.scalekit());
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    let answer = browser.get().await;
    assert!(answer.is_anonymous() && answer.lines.is_empty());
}

#[tokio::test]
async fn r23_of_two_users_in_one_request_neither_is_served() {
    let fake = FakeScalekit::new();
    let ada = official::seal(&python(&fake.grant()));
    fake.set_claims(json!({ "sub": "usr_2" }));
    fake.set_id_claims(json!({ "sub": "usr_2" }));
    let bob = official::seal(&python(&fake.grant()));
    let browser = Browser::new(shared(&fake));
    for (cookies, expected) in [
        (format!("{NAME}={ada}; {NAME}={bob}"), None),
        (format!("{NAME}={bob}; {NAME}={bob}"), Some("usr_2")),
        (format!("{NAME}=garbage; {NAME}={ada}"), Some("usr_1")),
        (format!("{NAME}={ada}; {NAME}=garbage"), Some("usr_1")),
    ] {
        let answer = browser.send("GET", &[("cookie", cookies.as_str())]).await;
        match expected {
            Some(user) => assert_eq!(answer.session().user_id(), user),
            None => assert!(answer.is_anonymous() && answer.lines.is_empty(), "{answer:?}"),
        }
    }
}

#[tokio::test]
async fn r51_another_origin_gets_no_session_from_the_sdk_cookie() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(shared(&fake));
    browser.jar.put(NAME, &official::seal(&python(&fake.grant())));
    let answer = browser.send("POST", &[("sec-fetch-site", "cross-site")]).await;
    assert!(matches!(answer.state, SessionState::CrossOrigin), "{answer:?}");
}
