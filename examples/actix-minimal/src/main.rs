//! Login, a greeting and logout: the smallest actix-web application.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p actix-minimal` serves <http://localhost:3000>.

use actix_web::{App, HttpServer, web, web::Html};
use scalekit_actix::{Scalekit, Session, SessionMiddleware, routes};

const FRONT: &str = r#"<h1>Welcome</h1><a href="/auth/login?return_to=/hello">Sign in</a>"#;

/// Whoever is not signed in never gets here, but to the login page, and then here.
async fn hello(session: Session) -> Html {
    let name = session.profile().and_then(|profile| profile.name.as_deref()).unwrap_or("stranger");
    let name = name.replace('&', "&amp;").replace('<', "&lt;");
    let form = r#"<form method="post" action="/auth/logout"><button>Sign out</button></form>"#;
    Html::new(format!("<h1>Hello, {name}</h1>{form}"))
}

#[actix_web::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().build()?;
    let server = HttpServer::new(move || {
        App::new()
            .route("/", web::get().to(async || Html::new(FRONT)))
            .route("/hello", web::get().to(hello))
            .configure(routes(&scalekit))
            .wrap(SessionMiddleware::new(&scalekit))
    });
    let server = server.bind(("127.0.0.1", port))?;
    server.addrs().iter().for_each(|address| println!("Listening on http://{address}"));
    Ok(server.run().await?)
}
