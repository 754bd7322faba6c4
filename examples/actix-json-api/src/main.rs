//! A JSON API in actix-web, and a page of plain JavaScript that uses it.
//!
//! The page is public and static. Its script calls the API with `fetch`, and the session's cookies go along. Where there
//! is no session the API answers 401 with problem JSON and does not redirect: the script goes to the login page. It says
//! why something is forbidden (403), and waits and tries again while Scalekit does not answer (503). What pages of other
//! sites send is refused, without a CSRF token.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p actix-json-api` serves <http://localhost:3000>. Ada may delete what she has
//! to do, Bob may not.

#[path = "../../json-api-page/todos.rs"]
mod todos;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Html, Json, Path};
use actix_web::{App, HttpResponse, HttpServer, web};
use scalekit_actix::{Authorized, Requirement, Requires, Scalekit, Session, SessionMiddleware, routes};
use serde_json::{Value, json};
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

async fn me(session: Session) -> Json<Value> {
    let profile = session.profile();
    Json(json!({
        "id": session.user_id(),
        "name": profile.and_then(|profile| profile.name.as_deref()),
        "email": profile.and_then(|profile| profile.email.as_deref()),
    }))
}

async fn list(session: Session, todos: Data<Todos>) -> Json<Vec<Todo>> {
    Json(todos.of(session.user_id()))
}

/// The session comes first: whoever has none hears of that, and not of a mistake in the body.
async fn add(session: Session, todos: Data<Todos>, Json(new): Json<NewTodo>) -> (Json<Todo>, StatusCode) {
    (Json(todos.add(session.user_id(), new)), StatusCode::CREATED)
}

async fn remove(caller: Authorized<CanDelete>, todos: Data<Todos>, id: Path<u64>) -> HttpResponse {
    let deleted = todos.delete(caller.user_id(), *id);
    if deleted { HttpResponse::NoContent() } else { HttpResponse::NotFound() }.finish()
}

#[actix_web::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().build()?;
    let todos = Data::new(Todos::default());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(todos.clone())
            .route("/", web::get().to(async || Html::new(PAGE)))
            .route("/api/me", web::get().to(me))
            .route("/api/todos", web::get().to(list))
            .route("/api/todos", web::post().to(add))
            .route("/api/todos/{id}", web::delete().to(remove))
            .configure(routes(&scalekit))
            .wrap(SessionMiddleware::new(&scalekit))
    });
    let server = server.bind(("127.0.0.1", port))?;
    server.addrs().iter().for_each(|address| println!("Listening on http://{address}"));
    Ok(server.run().await?)
}
