//! Login, a greeting and logout: the smallest axum application.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p axum-minimal` serves <http://localhost:3000>.

use axum::{Router, response::Html, routing::get};
use scalekit_axum::{Scalekit, Session, SessionLayer, routes};

const FRONT: &str = r#"<h1>Welcome</h1><a href="/auth/login?return_to=/hello">Sign in</a>"#;

/// Whoever is not signed in never gets here, but to the login page, and then here.
async fn hello(session: Session) -> Html<String> {
    let name = session.profile().and_then(|profile| profile.name.as_deref()).unwrap_or("stranger");
    let name = name.replace('&', "&amp;").replace('<', "&lt;");
    let form = r#"<form method="post" action="/auth/logout"><button>Sign out</button></form>"#;
    Html(format!("<h1>Hello, {name}</h1>{form}"))
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().build()?;
    let app = Router::new()
        .route("/", get(async || Html(FRONT)))
        .route("/hello", get(hello))
        .merge(routes(&scalekit))
        .layer(SessionLayer::new(&scalekit));

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
