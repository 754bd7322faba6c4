//! A warm request, whose session was opened before, costs a look-up and allocates nothing.

use std::sync::Arc;

use scalekit_session::adapter::{Headers, Inspection, RequestView};
use scalekit_session::testing::{TestEnvironment, TestUser};
use scalekit_session::{SessionManager, SessionState};

/// Header lines that exist already, as in a framework's header map.
struct Lines(Vec<(&'static str, Vec<u8>)>);

impl Headers for Lines {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        self.0.iter().filter(|(own, _)| *own == name).for_each(|(_, value)| each(value));
    }
}

fn request_of(cookies: &str) -> Lines {
    let others = "theme=dark; _ga=GA1.1.1; lang=en; seen=1; tz=UTC; id=42; x=y";
    let cookie = format!("{others}; {cookies}; last=1");
    Lines(vec![
        ("host", b"app.test".to_vec()),
        ("accept", b"text/html".to_vec()),
        ("cookie", cookie.into_bytes()),
        ("sec-fetch-site", b"same-origin".to_vec()),
    ])
}

fn inspect(manager: &Arc<dyn SessionManager>, lines: &Lines) -> bool {
    let now = manager.clock().now();
    let Inspection::Settled(resolution) = manager.inspect(&RequestView::new("GET", "/dashboard", lines), now)
    else {
        return false;
    };
    let active = matches!(resolution.state(), SessionState::Active(_));
    let cookies = manager.conclude(&resolution, &Lines(Vec::new()), now);
    active && cookies.is_empty()
}

#[tokio::test]
async fn r50_a_session_seen_before_is_validated_and_concluded_without_an_allocation() {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    for permissions in [0, 30, 150] {
        let user =
            (0..permissions).fold(TestUser::new("usr_1"), |user, n| user.permission(format!("res{n}:read")));
        let lines = request_of(&environment.sign_in(&scalekit, &user));
        let manager: Arc<dyn SessionManager> = Arc::new(scalekit.clone());
        let exchange = scalekit_session::adapter::Exchange::new(Arc::clone(&manager));
        let state = exchange.resolve(&RequestView::new("GET", "/", &lines)).await;
        assert!(matches!(state, SessionState::Active(_)), "{permissions} permissions: {state:?}");

        let counted = allocation_counter::measure(|| {
            for _ in 0..100 {
                assert!(inspect(&manager, &lines));
            }
        });
        assert_eq!(counted.count_total, 0, "{permissions} permissions: {counted:?}");
    }
}

#[tokio::test]
async fn r50_the_counter_counts_what_a_first_look_allocates() {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let lines = request_of(&environment.sign_in(&scalekit, &TestUser::new("usr_1")));
    let manager = scalekit.manager();
    let counted = allocation_counter::measure(|| {
        let _cold = manager.inspect(&RequestView::new("GET", "/", &lines), manager.clock().now());
    });
    assert!(counted.count_total > 0);
}
