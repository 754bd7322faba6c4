//! actix-web's applications mostly log with `log`: what this crate says must arrive there as well.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use std::sync::Mutex;

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use log::{LevelFilter, Log, Metadata, Record};
use scalekit_actix::Session;

static LOGGER: Logger = Logger(Mutex::new(String::new()));

struct Logger(Mutex<String>);

impl Log for Logger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        self.0.lock().unwrap().push_str(&format!("{} {}\n", record.level(), record.args()));
    }

    fn flush(&self) {}
}

#[actix_web::test]
async fn a_missing_middleware_is_told_to_a_logger_of_log() {
    log::set_logger(&LOGGER).unwrap();
    log::set_max_level(LevelFilter::Warn);
    let app = init_service(App::new().route("/me", web::get().to(async |_: Session| "me"))).await;
    let response = call_service(&app, TestRequest::with_uri("/me").to_request()).await;
    assert_eq!(response.status(), 500);
    let text = LOGGER.0.lock().unwrap();
    assert!(text.contains("ERROR session handling is not set up"), "{text}");
    assert!(text.contains("no SessionMiddleware around this handler"), "the log names the fix: {text}");
}
