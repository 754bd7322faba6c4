//! A client that sends invalid requests as fast as it can does not fill the log.
//!
//! This is a test program of its own, because it captures the log of the whole process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scalekit_session::SessionManager;
use scalekit_session::adapter::{AuthRoute, RequestView};
use scalekit_session::testing::{TestEnvironment, TestUser};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self, of: &str) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains(of)).map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_unauthenticated_client_writes_ten_lines_a_second() {
    let log = Log::default();
    let own = log.clone();
    tracing_subscriber::fmt().with_ansi(false).with_writer(move || own.clone()).init();
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    for _ in 0..3 {
        for n in 0..500 {
            let target = format!("/auth/login?idp_initiated_login=nonsense{n}");
            let headers = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
            let request = RequestView::new("GET", &target, &headers);
            let reply = scalekit.serve(AuthRoute::Login, request.to_head()).await;
            assert_eq!(reply.status, 303, "an ordinary login follows");
        }
        environment.clock().advance(Duration::from_secs(1));
    }
    let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
    for _ in 0..500 {
        let headers = [("cookie", cookies.as_str())];
        let request = RequestView::new("POST", "/auth/logout", &headers);
        assert_eq!(scalekit.serve(AuthRoute::Logout, request.to_head()).await.status, 303);
    }
    drop(scalekit);

    assert_eq!(log.lines("event=\"signed_out\"").len(), 1, "a logout that is repeated with its cookies");
    let lines = log.lines("event=\"idp_initiated_invalid\"");
    assert_eq!(lines.len(), 30, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains(" WARN scalekit_session::security: ")), "{lines:?}");
    let counts = log.lines("kind=\"idp_initiated_invalid\"");
    assert_eq!(counts.len(), 3, "{counts:?}");
    assert!(counts.iter().all(|line| line.contains("event=\"suppressed\"") && line.contains("count=490")));
}
