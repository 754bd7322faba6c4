//! The split layout at login and logout: which user is signed in, large sessions, and which cookies are deleted.

use scalekit_session::adapter::{AuthRoute, Exchange, RequestView};
use scalekit_session::testing::{TestEnvironment, TestUser};
use scalekit_session::{Clock, ErrorKind, SessionManager, SessionState, SplitCookies};
use serde_json::json;

use crate::split::{ACCESS, ID, MARKER, REFRESH, post, secs, split};
use crate::support::{Browser, FakeScalekit, set_cookies};

fn permissions(count: usize) -> serde_json::Value {
    let names: Vec<String> = (0..count).map(|number| format!("resource{number:04}:rw")).collect();
    json!({ "permissions": names })
}

const ELSEWHERE: [(&str, &str); 1] = [("sec-fetch-site", "cross-site")];

#[tokio::test]
async fn r27_r55_the_login_knows_who_is_signed_in_where_the_access_cookie_is_not_sent() {
    for large in [false, true] {
        let fake = FakeScalekit::new();
        if large {
            fake.set_claims(permissions(200));
        }
        let cookies = SplitCookies::new().access_path("/api");
        let scalekit = fake.builder().split_cookies(cookies).build().unwrap();
        let mut browser = Browser::signed_in(&fake, &scalekit).await;
        assert!(!browser.jar.sent_to("/auth/login").contains("accessToken"));
        let link = "/auth/login?organization_id=org_2";
        let asked = browser.serve_with(AuthRoute::Login, "GET", link, &ELSEWHERE).await;
        assert_eq!(
            asked.status, 200,
            "large: {large}: a page asks before another site's choice takes effect"
        );

        let former = browser.clone();
        fake.set_claims(json!({ "permissions": [] }));
        assert_eq!(browser.log_in(&fake, "/").await.status, 303);
        fake.clock.advance(secs(280));
        assert_eq!(post(&former).await.status, 401, "large: {large}: r27, the former session is over");
        assert_eq!(post(&browser).await.status, 204, "large: {large}");
    }
}

#[tokio::test]
async fn r55_a_login_that_another_site_began_does_not_change_who_is_signed_in() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    browser.jar.remove(ACCESS);
    let begun = browser.serve_with(AuthRoute::Login, "GET", "/auth/login", &ELSEWHERE).await;
    browser.apply(&begun);
    let callback = browser.callback_of(&fake, &begun);
    fake.set_claims(json!({ "sub": "usr_2" }));
    fake.set_id_claims(json!({ "sub": "usr_2" }));
    let asked = browser.serve(AuthRoute::Callback, "GET", &callback).await;
    assert_eq!(asked.status, 200, "the ID cookie says who is signed in");
    assert!(set_cookies(&asked).iter().all(|line| !line.starts_with(ACCESS)));
}

#[tokio::test]
async fn r15_r34_two_hundred_permissions_fit_and_the_id_token_goes_first() {
    let fake = FakeScalekit::new();
    fake.set_claims(permissions(200));
    let mut browser = Browser::signed_in(&fake, &split(&fake)).await;
    assert!(browser.jar.get("__Host-accessToken.1").is_some(), "{:?}", browser.jar.names());
    assert!(browser.jar.sent_to("/auth/refresh").len() <= 7680);
    for round in 1..=2 {
        let answer = browser.get().await;
        assert_eq!(answer.session().permissions().count(), 200);
        assert_eq!(answer.session().profile().unwrap().name.as_deref(), Some("Ada"), "the profile stays");
        assert_eq!(answer.session().refreshes(), round - 1);
        fake.clock.advance(secs(280));
        browser.apply(&post(&browser).await);
    }
    fake.set_claims(permissions(3));
    fake.clock.advance(secs(280));
    browser.apply(&post(&browser).await);
    assert_eq!(browser.jar.names(), [ACCESS, MARKER, ID, REFRESH], "r17: exactly its chunks");
    assert_eq!(browser.get().await.session().permissions().count(), 3);
}

#[tokio::test]
async fn r15_the_budget_is_that_of_the_request_that_carries_most() {
    let environment = TestEnvironment::new();
    // With another path the access cookie is not sent to the refresh route.
    for (path, count, fits) in
        [("/", 150, true), ("/", 270, false), ("/api", 270, true), ("/api", 600, false)]
    {
        let cookies = SplitCookies::new().access_path(path);
        let scalekit = environment.builder().split_cookies(cookies).build().unwrap();
        let user = (0..count)
            .fold(TestUser::new("usr_1"), |user, number| user.permission(format!("resource{number:04}:rw")));
        let sealed = scalekit.seal(&environment.grant(&user), scalekit.clock().now());
        assert_eq!(sealed.is_ok(), fits, "{count} permissions under {path}");
        if let Err(error) = sealed {
            assert_eq!(error.kind(), ErrorKind::TooLarge);
        }
    }
}

#[tokio::test]
async fn r17_r29_logout_and_login_remove_what_another_layout_left() {
    let fake = FakeScalekit::new();
    fake.set_claims(permissions(150));
    let whole = Browser::signed_in(&fake, &fake.scalekit()).await;
    assert!(whole.jar.get("__Host-scalekit.1").is_some());
    fake.set_claims(permissions(0));

    let mut leaves = Browser { scalekit: split(&fake), jar: whole.jar.clone() };
    leaves.apply(&leaves.serve(AuthRoute::Logout, "POST", "/auth/logout").await);
    assert!(leaves.jar.is_empty(), "{:?}", leaves.jar.names());

    let mut returns = Browser { scalekit: split(&fake), jar: whole.jar };
    assert!(returns.get().await.is_anonymous(), "cookies of another layout do not count");
    assert_eq!(returns.log_in(&fake, "/").await.status, 303);
    returns.jar.remove("__Host-scalekit-loop");
    assert_eq!(returns.jar.names(), [ACCESS, MARKER, ID, REFRESH]);
}

#[tokio::test]
async fn r21_cookies_of_the_split_layout_open_under_their_own_names_only() {
    let fake = FakeScalekit::new();
    let scalekit = split(&fake);
    let browser = Browser::signed_in(&fake, &scalekit).await;
    let own = browser.jar.get(ACCESS).unwrap();
    let marker = browser.jar.get(MARKER).unwrap();
    for name in [REFRESH, ID, "__Host-scalekit", "__Secure-accessToken"] {
        let value = browser.jar.get(name).unwrap_or(own);
        let swapped =
            if name.starts_with("__Host-s") || name == "__Secure-accessToken" { name } else { ACCESS };
        let cookies = format!("{MARKER}={marker}; {swapped}={value}");
        let headers = [("cookie", cookies.as_str())];
        let request = RequestView::new("GET", "/", &headers);
        let state = Exchange::new(scalekit.manager()).resolve(&request).await;
        assert!(matches!(state, SessionState::Anonymous), "{name}: {state:?}");
    }
}

#[tokio::test]
async fn r21_on_loopback_the_names_tell_applications_apart() {
    let fake = FakeScalekit::new();
    let build = |port: u16| {
        let builder = fake.builder().redirect_uri(format!("http://localhost:{port}/auth/callback"));
        builder.split_cookies(SplitCookies::new().access_path("/api")).build().unwrap()
    };
    let names = |port| {
        let environment = TestEnvironment::new();
        let lines = build(port).seal(&environment.grant(&TestUser::new("usr_1")), fake.clock.now()).unwrap();
        lines.iter().map(|line| line.name().to_owned()).collect::<Vec<_>>()
    };
    let (one, other) = (names(3000), names(3001));
    let suffix = one[0].strip_prefix("scalekit-").unwrap().strip_suffix("-live").unwrap();
    let split = ["accessToken", "refreshToken", "idToken"].map(|name| format!("{name}-{suffix}"));
    assert_eq!(one[1..], split);
    assert!(one.iter().all(|name| !other.contains(name)), "{other:?}");
}
