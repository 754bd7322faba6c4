//! A JSON API in Rocket, and a page of plain JavaScript that uses it.
//!
//! The page is public and static. Its script calls the API with `fetch`, and the session's cookies go along. Where there
//! is no session the API answers 401 with problem JSON and does not redirect: the script goes to the login page. It says
//! why something is forbidden (403), and waits and tries again while Scalekit does not answer (503). What pages of other
//! sites send is refused, without a CSRF token.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p rocket-json-api` serves <http://localhost:3000>. Ada may delete what she has
//! to do, Bob may not.

#[path = "../../json-api-page/todos.rs"]
mod todos;

use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::response::content::RawHtml;
use rocket::serde::json::{Json, Value, json};
use rocket::{Config, State, delete, get, post, routes};
use scalekit_rocket::{Authorized, Requirement, Requires, Scalekit, Session, SessionFairing};
use todos::{NewTodo, Todo, Todos};

/// The page, the same for everybody.
const PAGE: &str = include_str!("../../json-api-page/index.html");

/// Stands in a handler's signature for the permission it needs.
struct CanDelete;

impl Requirement for CanDelete {
    fn requires() -> Requires {
        Requires::permission("projects:delete")
    }
}

#[get("/")]
async fn page() -> RawHtml<&'static str> {
    RawHtml(PAGE)
}

#[get("/api/me")]
async fn me(session: Session) -> Json<Value> {
    let profile = session.profile();
    Json(json!({
        "id": session.user_id(),
        "name": profile.and_then(|profile| profile.name.as_deref()),
        "email": profile.and_then(|profile| profile.email.as_deref()),
    }))
}

#[get("/api/todos")]
async fn list(session: Session, todos: &State<Todos>) -> Json<Vec<Todo>> {
    Json(todos.of(session.user_id()))
}

/// The session comes first: whoever has none hears of that, and not of a mistake in the body.
#[post("/api/todos", data = "<new>")]
async fn add(session: Session, todos: &State<Todos>, new: Json<NewTodo>) -> (Status, Json<Todo>) {
    (Status::Created, Json(todos.add(session.user_id(), new.into_inner())))
}

#[delete("/api/todos/<id>")]
async fn remove(caller: Authorized<CanDelete>, todos: &State<Todos>, id: u64) -> Status {
    if todos.delete(caller.user_id(), id) { Status::NoContent } else { Status::NotFound }
}

#[rocket::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().build()?;
    rocket::custom(Config::figment().merge(("port", port)))
        .manage(Todos::default())
        .mount("/", routes![page, me, list, add, remove])
        .attach(SessionFairing::new(&scalekit))
        .attach(AdHoc::on_liftoff("port", |rocket| {
            Box::pin(async { println!("Listening on http://127.0.0.1:{}", rocket.config().port) })
        }))
        .launch()
        .await?;
    Ok(())
}
