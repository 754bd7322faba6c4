//! Sessions that are too large for the budget of cookies.

use scalekit_session::testing::{TestEnvironment, TestUser};
use scalekit_session::{Clock, ErrorKind, SessionManager, SplitCookies};

#[tokio::test]
async fn r15_what_cannot_even_be_sealed_is_too_large_and_says_so() {
    let environment = TestEnvironment::new();
    let names = (0..1800).map(|number| format!("resource{number:04}:rw"));
    let user = names.fold(TestUser::new("usr_1"), TestUser::permission);
    for split in [false, true] {
        let mut builder = environment.builder().cookie_budget(32 * 1024);
        if split {
            builder = builder.split_cookies(SplitCookies::new());
        }
        let scalekit = builder.build().unwrap();
        let error = scalekit.seal(&environment.grant(&user), environment.clock().now()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "split: {split}, {error}");
        assert!(error.to_string().contains("access token"), "{error}");
    }
}
