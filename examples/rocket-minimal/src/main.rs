//! Login, a greeting and logout: the smallest Rocket application.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p rocket-minimal` serves <http://localhost:3000>.

use rocket::{Config, fairing::AdHoc, get, response::content::RawHtml, routes};
use scalekit_rocket::{Scalekit, Session, SessionFairing};

#[get("/")]
fn front() -> RawHtml<&'static str> {
    RawHtml(r#"<h1>Welcome</h1><a href="/auth/login?return_to=/hello">Sign in</a>"#)
}

/// Whoever is not signed in never gets here, but to the login page, and then here.
#[get("/hello")]
#[expect(clippy::needless_pass_by_value, reason = "Rocket hands guards over by value")]
fn hello(session: Session) -> RawHtml<String> {
    let name = session.profile().and_then(|profile| profile.name.as_deref()).unwrap_or("stranger");
    let name = name.replace('&', "&amp;").replace('<', "&lt;");
    let form = r#"<form method="post" action="/auth/logout"><button>Sign out</button></form>"#;
    RawHtml(format!("<h1>Hello, {name}</h1>{form}"))
}

#[rocket::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().build()?;
    rocket::custom(Config::figment().merge(("port", port)))
        .mount("/", routes![front, hello])
        .attach(SessionFairing::new(&scalekit))
        .attach(AdHoc::on_liftoff("port", |rocket| {
            Box::pin(async { println!("Listening on http://127.0.0.1:{}", rocket.config().port) })
        }))
        .launch()
        .await?;
    Ok(())
}
