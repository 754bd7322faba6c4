//! Serves the application of one framework behind a gateway: `gateway-session axum`, `actix` or `rocket`.

use std::env;
use std::sync::Arc;

use gateway_session::apps::{Failure, serve};
use gateway_session::{GatewaySessions, HEADER};
use scalekit_session::SystemClock;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Failure> {
    let framework = env::args().nth(1).unwrap_or_else(|| "axum".to_owned());
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let key =
        env::var("GATEWAY_KEY").map_err(|_| "set GATEWAY_KEY, for example to `openssl rand -hex 32`")?;
    let audience = env::var("GATEWAY_AUDIENCE").unwrap_or_else(|_| "gateway-session".to_owned());
    let origin = env::var("APP_ORIGIN").unwrap_or_else(|_| format!("http://localhost:{port}"));
    let manager = GatewaySessions::new(key.as_bytes(), audience, origin, SystemClock::default())?;
    serve(&framework, Arc::new(manager), port, |address| {
        println!("Listening on http://{address}, for requests with the header {HEADER}");
    })
    .await
}
