//! Each call of the session manager scans the `Cookie` lines of its request once.

use std::time::Duration;

use crate::adapter::{AuthRoute, RequestView};
use crate::clock::Clock;
use crate::cookie::SCANS;
use crate::scalekit::Scalekit;
use crate::scalekit::config::{SdkCookie, SplitCookies};
use crate::sdk_cookie::SdkLanguage;
use crate::testing::{TestEnvironment, TestUser};
use crate::{ScalekitBuilder, SessionManager};

const PAGE: [(&str, &str); 3] =
    [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("sec-fetch-site", "same-origin")];

fn layouts(environment: &TestEnvironment) -> Vec<(&'static str, Scalekit)> {
    let build = |builder: ScalekitBuilder| builder.build().unwrap();
    let shared = SdkCookie::new("a secret that is long enough for the packages").write(SdkLanguage::Python);
    vec![
        ("one cookie", build(environment.builder())),
        ("shared", build(environment.builder().sdk_cookie(shared))),
        ("split", build(environment.builder().split_cookies(SplitCookies::new()))),
    ]
}

/// How many scans `work` makes.
async fn scans(work: impl Future<Output = ()>) -> u32 {
    SCANS.set(0);
    work.await;
    SCANS.get()
}

#[tokio::test]
async fn r43_a_due_hop_through_the_refresh_route_scans_the_cookies_once() {
    let environment = TestEnvironment::new();
    let scalekit = environment.builder().split_cookies(SplitCookies::new()).build().unwrap();
    let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
    for wait in [Duration::ZERO, Duration::from_secs(3600)] {
        environment.clock().advance(wait);
        let headers: Vec<_> = PAGE.into_iter().chain([("cookie", cookies.as_str())]).collect();
        let request = RequestView::new("GET", "/auth/refresh?return_to=/here", &headers);
        let serve = scalekit.serve(AuthRoute::Refresh, request.to_head());
        assert_eq!(scans(async { drop(serve.await) }).await, 1, "after {wait:?}");
    }
}

#[tokio::test]
async fn r43_every_route_and_every_look_scans_the_cookies_at_most_once() {
    let environment = TestEnvironment::new();
    for (layout, scalekit) in layouts(&environment) {
        let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
        let headers: Vec<_> = PAGE.into_iter().chain([("cookie", cookies.as_str())]).collect();
        for (route, target) in [
            (AuthRoute::Login, "/auth/login"),
            (AuthRoute::Login, "/auth/login?organization_id=org_2"),
            (AuthRoute::Callback, "/auth/callback?state=x&code=y"),
            (AuthRoute::Logout, "/auth/logout"),
        ] {
            let request = RequestView::new("GET", target, &headers);
            let serve = scalekit.serve(route, request.to_head());
            assert!(scans(async { drop(serve.await) }).await <= 1, "{layout} {target}");
        }
        let request = RequestView::new("GET", "/", &headers);
        let now = environment.clock().now();
        assert_eq!(scans(async { drop(scalekit.inspect(&request, now)) }).await, 1, "{layout}");
        assert_eq!(scans(async { drop(scalekit.refresh(&request, now)) }).await, 1, "{layout}");
    }
}
