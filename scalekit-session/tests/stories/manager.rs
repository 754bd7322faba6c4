//! What holds for every session manager, also for one that an application wrote: here a manager that is wrong on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use scalekit_session::adapter::{
    AuthRoute, Exchange, Inspection, NoSession, Pending, Refusal, RequestView, Resolution, SetCookie,
    VerifiedSession,
};
use scalekit_session::testing::{TestEnvironment, TestUser};
use scalekit_session::{
    Clock, ErrorKind, Policy, Session, SessionManager, SessionState, SystemClock, Timestamp,
};

use crate::support::finish;

const COOKIE: &str = "__Host-other=1; HttpOnly; SameSite=Lax; Secure; Path=/";

/// Signs every request in and writes a cookie with every answer. Does not look at the sender of a request.
#[derive(Debug)]
struct Careless {
    session: Session,
    origins: [String; 1],
    waits: bool,
    refreshes: bool,
    /// Whose session a refresh finds, where it is another user's.
    other: Option<Session>,
    inspected: AtomicUsize,
    unwritable: AtomicUsize,
    polled: Arc<AtomicUsize>,
}

impl Careless {
    fn new() -> Self {
        let claims = br#"{"iss":"https://other.test","sub":"usr_1","iat":1760000000,"exp":1760000060}"#;
        Self {
            session: VerifiedSession::of_claims(claims).unwrap().into_session(),
            origins: ["https://app.test".to_owned()],
            waits: false,
            refreshes: false,
            other: None,
            inspected: AtomicUsize::new(0),
            unwritable: AtomicUsize::new(0),
            polled: Arc::default(),
        }
    }

    fn resolution(&self) -> Resolution {
        let cookie = SetCookie::parse(COOKIE).unwrap();
        Resolution::new(SessionState::Active(self.session.clone())).with_cookies(vec![cookie])
    }

    fn pending(&self) -> Pending {
        let (polled, resolution) = (Arc::clone(&self.polled), self.resolution());
        Pending::new(async move {
            polled.fetch_add(1, Ordering::SeqCst);
            resolution
        })
    }
}

impl SessionManager for Careless {
    fn allowed_origins(&self) -> &[String] {
        &self.origins
    }

    fn inspect(&self, request: &RequestView<'_>, _now: Timestamp) -> Inspection {
        self.inspected.fetch_add(1, Ordering::SeqCst);
        self.unwritable.fetch_add(usize::from(!request.writable), Ordering::SeqCst);
        match self.waits {
            true => Inspection::Pending(self.pending()),
            false => Inspection::Settled(self.resolution()),
        }
    }

    fn refresh(&self, _request: &RequestView<'_>, _now: Timestamp) -> Option<Pending> {
        let other = |other: &Session| {
            let cookie = SetCookie::parse(COOKIE).unwrap();
            let state = SessionState::Active(other.clone());
            Pending::new(std::future::ready(Resolution::new(state).with_cookies(vec![cookie])))
        };
        self.refreshes.then(|| self.other.as_ref().map_or_else(|| self.pending(), other))
    }
}

const FORGED: [[(&str, &str); 1]; 3] = [
    [("sec-fetch-site", "cross-site")],
    [("sec-fetch-site", "same-site")],
    [("origin", "https://evil.test")],
];

fn forged(headers: &[(&'static str, &'static str); 1]) -> Vec<(&'static str, &'static str)> {
    vec![("host", "app.test"), headers[0]]
}

/// The answer to a request that another site forged has no cookie, and no cache may keep it.
async fn assert_refused(manager: Careless, ask: fn(&Exchange, &RequestView<'_>) -> SessionState) {
    let manager = Arc::new(manager);
    for headers in &FORGED {
        let headers = forged(headers);
        let exchange = Exchange::new(Arc::clone(&manager) as Arc<dyn SessionManager>);
        let state = ask(&exchange, &RequestView::new("POST", "/pay", &headers));
        assert!(matches!(state, SessionState::CrossOrigin), "{headers:?}: {state:?}");
        let answer = finish(&exchange, state);
        assert_eq!(answer.lines, [""; 0], "{headers:?}");
        assert_eq!(answer.cache_control.as_deref(), Some("private, no-store"));
        assert_eq!(answer.vary.as_deref(), Some("Cookie"));
    }
    assert_eq!(manager.polled.load(Ordering::SeqCst), 0, "what waits was dropped before it began");
}

fn known(resolving: scalekit_session::adapter::Resolving) -> SessionState {
    resolving.known().expect("decided without waiting")
}

#[tokio::test]
async fn r51_no_manager_can_sign_in_what_another_site_sent() {
    assert_refused(Careless::new(), |exchange, request| known(exchange.resolve(request))).await;
}

#[tokio::test]
async fn r51_what_waits_is_dropped_unpolled_when_another_site_sent_the_request() {
    let manager = Careless { waits: true, ..Careless::new() };
    assert_refused(manager, |exchange, request| known(exchange.resolve(request))).await;
}

#[tokio::test]
async fn r51_no_refresh_begins_when_another_site_sent_the_request() {
    let manager = Careless { refreshes: true, ..Careless::new() };
    assert_refused(manager, |exchange, request| known(exchange.refresh(request))).await;
    assert_refused(Careless::new(), |exchange, request| known(exchange.refresh(request))).await;
}

#[tokio::test]
async fn r51_a_request_of_the_applications_own_page_is_left_to_the_manager() {
    for headers in [
        vec![("sec-fetch-site", "same-origin")],
        vec![("origin", "https://app.test")],
        vec![("sec-fetch-site", "same-site"), ("origin", "https://app.test")],
        vec![],
    ] {
        let exchange = Exchange::new(Arc::new(Careless { waits: true, ..Careless::new() }));
        let state = exchange.resolve(&RequestView::new("POST", "/pay", &headers)).await;
        assert!(matches!(state, SessionState::Active(_)), "{headers:?}: {state:?}");
    }
}

#[tokio::test]
async fn r24_r19_every_answer_that_asked_is_private_and_the_head_is_written_once() {
    let manager = Arc::new(Careless::new());
    let exchange = Exchange::new(manager.clone());
    let headers = [("host", "app.test")];
    let request = RequestView::new("GET", "/", &headers);
    let state = exchange.resolve(&request).await;
    let answer = finish(&exchange, state.clone());
    assert_eq!(answer.lines, [COOKIE]);
    assert_eq!(answer.cache_control.as_deref(), Some("private, no-store"));
    assert_eq!(answer.vary.as_deref(), Some("Cookie"));
    assert!(exchange.finish(&[("cache-control", "public")]).is_empty(), "the head is sent");
    assert_eq!(manager.inspected.load(Ordering::SeqCst), 1);

    let exchange = Exchange::new(manager.clone());
    assert!(exchange.finish(&headers).is_empty(), "the handler did not ask");
    assert!(matches!(exchange.resolve(&request).await, SessionState::Active(_)));
    assert_eq!(manager.unwritable.load(Ordering::SeqCst), 1, "the manager is told that the head is sent");
    assert!(exchange.finish(&headers).is_empty(), "no cookie after the head");
}

#[tokio::test]
async fn r23_a_refresh_hands_no_other_users_session_to_a_handler() {
    let claims = br#"{"iss":"https://other.test","sub":"usr_2","iat":1760000000,"exp":1760000060}"#;
    let other = VerifiedSession::of_claims(claims).unwrap().into_session();
    for (other, anonymous) in [(Some(other), true), (None, false)] {
        let exchange = Exchange::new(Arc::new(Careless { refreshes: true, other, ..Careless::new() }));
        let headers = [("host", "app.test")];
        let request = RequestView::new("GET", "/", &headers);
        assert!(matches!(exchange.resolve(&request).await, SessionState::Active(_)));
        let state = exchange.refresh(&request).await;
        assert_eq!(matches!(state, SessionState::Anonymous), anonymous, "{state:?}");
        assert_eq!(finish(&exchange, state).lines, [COOKIE], "the cookies are the browser's to keep");
    }
}

#[tokio::test]
async fn a_manager_that_cannot_refresh_repeats_what_it_found() {
    let manager = Arc::new(Careless::new());
    let exchange = Exchange::new(manager.clone());
    let headers = [("host", "app.test")];
    let request = RequestView::new("GET", "/", &headers);
    for _ in 0..2 {
        // Adapters refresh with a copy of the request, which lacks the headers that only this manager reads.
        assert!(matches!(exchange.resolve(&request).await, SessionState::Active(_)));
        assert!(matches!(exchange.refresh(&request.to_head().view()).await, SessionState::Active(_)));
    }
    assert_eq!(manager.inspected.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn r48_the_default_methods_refuse_what_a_manager_does_not_do() {
    let manager = Careless::new();
    let request = RequestView::new("GET", "/", &[] as &[(&str, &str); 0]);
    let now = manager.clock().now();
    assert!(SystemClock::default().now().since(now) < std::time::Duration::from_secs(600));
    assert_eq!(*manager.refresh_policy(), Policy::default());

    let grant = TestEnvironment::new().grant(&TestUser::new("usr_1"));
    assert_eq!(manager.seal(&grant, now).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(manager.session.access_token().unwrap_err().kind(), ErrorKind::Unsupported);

    assert_eq!(manager.routes().iter().count(), 0);
    assert_eq!(manager.serve(AuthRoute::Login, request.to_head()).await.status, 404);

    let refused = manager.refuse(&request, &Refusal::Unauthenticated, now);
    assert_eq!((refused.status, refused.header("content-type")), (401, Some("application/problem+json")));
    assert!(refused.body.contains(r#""code":"login_required""#), "{}", refused.body);
}

#[tokio::test]
async fn the_reason_that_a_manager_gives_reaches_the_refusal() {
    #[derive(Debug)]
    struct Racing;

    impl SessionManager for Racing {
        fn allowed_origins(&self) -> &[String] {
            &[]
        }

        fn inspect(&self, _request: &RequestView<'_>, _now: Timestamp) -> Inspection {
            Inspection::Settled(Resolution::new(SessionState::Anonymous).because(NoSession::Racing))
        }

        fn refuse(
            &self,
            _request: &RequestView<'_>,
            why: &Refusal,
            _now: Timestamp,
        ) -> scalekit_session::adapter::Reply {
            assert_eq!(*why, Refusal::Racing);
            scalekit_session::adapter::Reply::new(why.status())
        }
    }

    let exchange = Exchange::new(Arc::new(Racing));
    let headers = [("host", "app.test")];
    let request = RequestView::new("GET", "/", &headers);
    let state = exchange.resolve(&request).await;
    assert_eq!(exchange.admit(state, None, &request).unwrap_err().into_reply().status, 401);
}

#[test]
fn claims_hold_from_the_later_of_iat_and_nbf() {
    let holds_from = |times: &str| {
        let claims = format!(r#"{{"iss":"https://other.test","sub":"usr_1",{times}}}"#);
        VerifiedSession::of_claims(claims.as_bytes()).ok().map(|verified| verified.holds_from().as_secs())
    };
    assert_eq!(holds_from(r#""iat":100,"exp":160"#), Some(100));
    assert_eq!(holds_from(r#""iat":100,"nbf":130,"exp":160"#), Some(130));
    assert_eq!(holds_from(r#""iat":100,"nbf":70,"exp":160"#), Some(100));
    assert_eq!(holds_from(r#""iat":100,"nbf":"soon","exp":160"#), None);
    assert_eq!(holds_from(r#""exp":160"#), None);
    assert_eq!(holds_from(r#""iat":100"#), None);
}

#[test]
fn r43_a_line_that_is_no_cookie_is_not_taken() {
    for line in [
        "",
        "no-value",
        "=v",
        "a b=v",
        "a=v; Path=/\r\nset-cookie: b=w",
        "a=v\n",
        "a=v w",
        "a=\"v\"",
        "a=v,w",
        "a=é",
        "a=v; Path=/é",
        " a=v",
    ] {
        assert!(SetCookie::parse(line).is_none(), "{line:?}");
    }
    for (line, name) in [("a=", "a"), ("a=v=w; Max-Age=0", "a"), (COOKIE, "__Host-other")] {
        let cookie = SetCookie::parse(line).unwrap();
        assert_eq!((cookie.as_str(), cookie.name()), (line, name));
    }
}
